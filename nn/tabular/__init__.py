"""A stranger's table, from the shell: `chainrule train data.csv --target price`, then `chainrule predict`.

settings         what can be chosen about a training
shell            tables read for a shell user, and messages in a shell's words
model            TableModel: a network with what it knows of the columns; saved to a folder and loaded
learning         one training, and k-fold: divide the rows, prepare the columns, fit
judging          scores, what guessing would reach, which columns matter
diagnosis        what may have gone wrong, in sentences
run              TrainingRun: everything about one run of the command
story            the run in lines
pictures         the run as SVG
mistakes         what the model gets wrong
columns          what was made of the columns
report           the run as one HTML page (its frame is page.html)
train_command    chainrule train
predict_command  chainrule predict
"""

from typing import TYPE_CHECKING

from autograd.lazy import importer

if TYPE_CHECKING:
    from nn.tabular.model import TableModel

# Imported when first asked for: the other commands need not wait for it.
__getattr__, __dir__ = importer(__name__, {"TableModel": "nn.tabular.model"})

__all__ = ["TableModel"]
