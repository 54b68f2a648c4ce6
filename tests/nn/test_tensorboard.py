"""What was written for TensorBoard is read back, byte by byte."""

import struct

import numpy as np
import pytest

import nn

# At once: importing it changes the environment.
library = pytest.importorskip("tensorboardX")
Event = library.proto.event_pb2.Event
masked_crc32c = library.record_writer.masked_crc32c

X, Y = nn.datasets.moons(120, noise=0.1, rng=0)


def test_tensorboard_reads_what_was_written(tmp_path):
    history = nn.fit(
        nn.Linear(2, 2, rng=0),
        nn.cross_entropy,
        (X, Y),
        epochs=3,
        batch_size=16,
        validation=(X, Y),
        callbacks=[nn.TensorBoard(tmp_path)],
        progress=False,
        rng=0,
    )
    [path] = tmp_path.iterdir()
    content, found = path.read_bytes(), {}
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        assert struct.unpack("<I", content[8:12])[0] == masked_crc32c(content[:8])
        event = Event.FromString(content[12 : 12 + length])
        for value in event.summary.value:
            found.setdefault(value.tag, []).append((event.step, value.simple_value))
        content = content[16 + length :]
    assert [step for step, _ in found["iteration/loss"]] == list(range(1, 25))
    np.testing.assert_allclose([number for _, number in found["val_loss"]], history["val_loss"], rtol=1e-6)
