"""What PyTorch's `torch.nn` and `torch.optim` call by another name: whoever tries it is told the one here."""

from __future__ import annotations

from typing import Final

_LOSSES: Final = {
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits",
    "CrossEntropyLoss": "cross_entropy",
    "HuberLoss": "huber_loss",
    "KLDivLoss": "kl_div_loss",
    "L1Loss": "l1_loss",
    "MSELoss": "mse_loss",
    "MultiMarginLoss": "multi_margin_loss",
    "NLLLoss": "nll_loss",
    "SmoothL1Loss": "smooth_l1_loss",
}
_SCHEDULES: Final = {
    "CosineAnnealingLR": "cosine",
    "CosineAnnealingWarmRestarts": "cosine_restarts",
    "ExponentialLR": "exponential",
    "LinearLR": "warm_up",
    "MultiStepLR": "multi_step",
    "OneCycleLR": "one_cycle",
    "ReduceLROnPlateau": "ReduceOnPlateau",
    "StepLR": "step_decay",
}

#: Names of PyTorch's modules, and what is written here.
OF_NN: Final = {
    **{name: f"nn.{here}, a function" for name, here in _LOSSES.items()},
    **{name: f"nn.schedules.{here}" for name, here in _SCHEDULES.items()},
    "AveragedModel": "nn.EMA or nn.SWA",
    "DataParallel": "nn.fit(..., executor=executor)",
    "Identity": "nn.Sequential(), which returns what it is given",
    "ModuleDict": "a dictionary: modules are found in it",
    "ModuleList": "a list: modules are found in it",
    "Parameter": "autograd.Tensor(array)",
    "ParameterDict": "a dictionary: parameters are found in it",
    "ParameterList": "a list: parameters are found in it",
    "functional": "nn itself: losses and activations are functions of it",
    "init": "nn.initialization",
    "optim": "nn itself: nn.SGD, nn.Adam",
    "utils": "nn itself: nn.clip_grad_norm, nn.DataLoader",
}

#: Attributes of PyTorch's modules, and what is written here.
OF_MODULES: Final = {
    "apply": "a loop over module.named_modules()",
    "buffers": "module.named_buffers()",
    "children": "module.named_modules()",
    "cpu": "the module itself: everything is computed on the CPU",
    "cuda": "the module itself: everything is computed on the CPU",
    "double": 'module.astype("float64")',
    "float": 'module.astype("float32")',
    "modules": "module.named_modules()",
    "register_buffer": "an attribute that is a NumPy array",
    "register_parameter": "an attribute that is a Tensor",
    "requires_grad_": "module.freeze() or module.unfreeze()",
    "to": 'module.astype("float32") for a precision; everything is computed on the CPU',
}
