"""Style transfer's loss and gradient in plain PyTorch, to stand beside the Rust port in `cargo book bench`.

    pip install torch==2.11.0 numpy
    python torch_peer.py --model style_evaluation --steps 5

Eager mode, or torch.compile with `--compile`. One evaluation of pages 188-195: an image of 256 x 256 or 512 x 512 pixels, the
book's six layers of VGG19 with random weights.
"""

import sys
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer

# Convolutions and filters of each block, up to block5_conv2.
BLOCKS = [(2, 64), (2, 128), (4, 256), (4, 512), (2, 512)]

torch.manual_seed(0)


class Vgg(nn.Module):
    """Feature maps of block1_conv1 to block5_conv1 and of block5_conv2."""

    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList()
        channels = 3
        for convs, filters in BLOCKS:
            block = nn.ModuleList()
            for _ in range(convs):
                block.append(nn.Conv2d(channels, filters, 3, padding=1))
                nn.init.kaiming_normal_(block[-1].weight, nonlinearity="relu")
                channels = filters
            self.blocks.append(block)
        self.requires_grad_(False)

    def forward(self, x):
        style = []
        for i, block in enumerate(self.blocks):
            if i:
                x = nn.functional.max_pool2d(x, 2)
            for j, conv in enumerate(block):
                x = conv(x).relu_()
                if j == 0:
                    style.append(x)
        return style, x


def gram_matrix(x):
    features = x[0].flatten(1)
    return features @ features.T


class Loss(nn.Module):
    """The loss of an image, with random images as content and style."""

    def __init__(self, vgg, image):
        super().__init__()
        self.vgg = vgg
        self.content = vgg(image())[1]
        self.grams = [gram_matrix(maps) for maps in vgg(image())[0]]

    def total_variation(self, x):
        a = (x[:, :, :-1, :-1] - x[:, :, 1:, :-1]).square()
        b = (x[:, :, :-1, :-1] - x[:, :, :-1, 1:]).square()
        return (a + b).pow(1.25).sum()

    def forward(self, x):
        style, maps = self.vgg(x)
        scale = 4 * 3**2 * (x.shape[2] * x.shape[3]) ** 2
        loss = (maps - self.content).square().sum() + 20 * self.total_variation(x)
        for gram, features in zip(self.grams, style):
            loss = loss + 100 / 5 * (gram_matrix(features) - gram).square().sum() / scale
        return loss


def style_evaluation(device, side):
    order = torch.channels_last if torch.device(device).type == "cpu" else torch.contiguous_format
    vgg = Vgg().to(device, memory_format=order)
    assert peer.parameters(vgg) == 15_304_768, peer.parameters(vgg)
    image = lambda: (torch.rand(1, 3, side, side, device=device) * 255 - 128).contiguous(memory_format=order)
    model = peer.module(Loss(vgg, image), device)
    x = image().requires_grad_()

    def step():
        loss = model(x)
        (gradient,) = torch.autograd.grad(loss, x)
        gradient.double().cpu().numpy()
        return loss.item()

    return step


PEERS = {
    "style_evaluation": peer.Peer(lambda device: style_evaluation(device, 256), 1, warm_up=2),
    "style_evaluation_512": peer.Peer(lambda device: style_evaluation(device, 512), 1, warm_up=2),
}
