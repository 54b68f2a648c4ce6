"""Layers on arrays: each declares what it has, then is its equation.

linear          Linear, Bilinear, Embedding
containers      Sequential, Residual, Flatten
dropout         Dropout, Dropout1d, Dropout2d
activations     ReLU, Tanh, ...: activations as modules
normalization   BatchNorm1d, BatchNorm2d, LayerNorm, RMSNorm, GroupNorm
convolution     Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d
pooling         MaxPool2d, AvgPool2d, AdaptiveAvgPool2d, ...
recurrent       RNN, LSTM, GRU and their cells
attention       scaled_dot_product_attention, MultiheadAttention
positions       sinusoidal, learned and rotary positions
transformer     encoder and decoder blocks
gpt             GPT: a small language model
"""
