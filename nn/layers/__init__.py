"""Layers on arrays: each declares what it has, then is its equation.

linear                 Linear, Bilinear, Embedding
containers             Sequential, Residual, Flatten
dropout                Dropout, Dropout1d, Dropout2d
activations            ReLU, Tanh, ...: activations as modules
normalization          LayerNorm, RMSNorm, GroupNorm
batch_normalization    BatchNorm1d, BatchNorm2d
convolution            Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d
pooling                MaxPool2d, AvgPool2d, AdaptiveAvgPool2d, ...
recurrent              RNN, LSTM, GRU and their cells
positions              sinusoidal, learned and rotary positions
dot_product_attention  scaled_dot_product_attention
attention              MultiheadAttention
transformer            encoder and decoder blocks
gpt                    GPT: a small language model
"""
