"""Training: from a network, a loss and data to a network that has learned.

fitting         fit, evaluate: train a model, judge it; what most programs call
trainer         Trainer: the loop itself, on a screen
batches         what counts as data, and what is wrong with it
runners         how a batch runs through a network of Values or of Tensors
history         History: what happened, epoch by epoch
callback        Callback: who is told
stopping        EarlyStopping, StopAfter
checkpoints     Checkpoint: the best weights; Resume: everything, to go on exactly
logging         CSVLogger, JSONLogger, TensorBoard, ProgressBar
rates           LearningRate, ReduceLearningRate, find_learning_rate
prediction      predict, predict_proba
workers         work for other processes, and what is said when one dies
blueprints      a network as bytes and arrays, for workers
sharding        a batch divided among workers
failures        what stops a training, and why
"""
