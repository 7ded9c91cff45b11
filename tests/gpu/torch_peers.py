#!/usr/bin/env python3
"""The peers of cone_gpu_check's benchmarks: libtorch in float32 without TF32, on the same GPU, the same networks.

Prints a line a row, name and result separated by a tab; nothing, and why, where torch or the GPU is missing. Batches are on
the GPU before the clock starts, cuDNN may choose its algorithms: torch is given its best.
SPDX-License-Identifier: Apache-2.0
"""
import statistics
import sys
import time

try:
    import torch
except ImportError:
    sys.exit("no PyTorch here: the peers are not measured")
from torch import nn


def seconds(work, runs=9):
    """One call of `work`, median of 7 after 2 to warm up, by device events."""
    times = []
    for run in range(runs):
        start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        work()
        stop.record()
        stop.synchronize()
        if run >= 2:
            times.append(start.elapsed_time(stop) * 1e-3)
    return statistics.median(times)


def product(n):
    x = torch.rand(n, n, device="cuda") * 2 - 1
    w = torch.rand(n, n, device="cuda") * 2 - 1
    y = torch.empty(n, n, device="cuda")
    return f"{2 * n**3 / seconds(lambda: torch.matmul(x, w.t(), out=y)) * 1e-12:.1f} TFLOP/s"


def lenet5():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def small_cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10))


class Block(nn.Module):
    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.inner = nn.Sequential(
            nn.Conv2d(channels_in, channels, 3, stride, 1), nn.GroupNorm(8, channels), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, 1, 1), nn.GroupNorm(8, channels))
        self.shortcut = nn.Identity() if stride == 1 else nn.Sequential(
            nn.Conv2d(channels_in, channels, 1, stride), nn.GroupNorm(8, channels))

    def forward(self, x):
        return torch.relu(self.inner(x) + self.shortcut(x))


def resnet18():
    blocks = [nn.Conv2d(3, 64, 3, padding=1), nn.GroupNorm(8, 64), nn.ReLU()]
    channels = 64
    for stage in range(4):
        wider = 64 << stage
        blocks += [Block(channels, wider, 2 if stage else 1), Block(wider, wider, 1)]
        channels = wider
    return nn.Sequential(*blocks, nn.AvgPool2d(4), nn.Flatten(), nn.Linear(512, 10))


def training(network, shape, rows, steps, memory_format):
    """Steps a second of SGD with momentum, median of 7 after 1 to warm up."""
    network = network().cuda().to(memory_format=memory_format)
    optimiser = torch.optim.SGD(network.parameters(), lr=1e-4, momentum=0.9, foreach=True)
    x = torch.rand(rows, *shape, device="cuda").to(memory_format=memory_format)
    labels = torch.randint(0, 10, (rows,), device="cuda")
    rates = []
    for _ in range(8):
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(steps):
            optimiser.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(network(x), labels).backward()
            optimiser.step()
        torch.cuda.synchronize()
        rates.append(steps / (time.perf_counter() - start))
    return statistics.median(rates[1:])


def better_layout(network, shape, rows, steps):
    best = max(training(network, shape, rows, steps, layout) for layout in (torch.contiguous_format, torch.channels_last))
    return f"{best:.1f} steps/s"


def main():
    if not torch.cuda.is_available():
        sys.exit("no GPU for PyTorch here: the peers are not measured")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    rows = (
        ("exact SGEMM 4096", lambda: product(4096)),
        ("exact SGEMM 8192", lambda: product(8192)),
        ("training LeNet-5 1x28x28, batch 32", lambda: better_layout(lenet5, (1, 28, 28), 32, 100)),
        ("training CNN 32-64, batch 64", lambda: better_layout(small_cnn, (1, 28, 28), 64, 100)),
        ("training ResNet-18 3x32x32, batch 128", lambda: better_layout(resnet18, (3, 32, 32), 128, 5)),
    )
    for name, measure in rows:
        print(f"{name}\t{measure()}", flush=True)


if __name__ == "__main__":
    main()
