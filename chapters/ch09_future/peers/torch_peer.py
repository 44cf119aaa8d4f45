"""Chapter 9's models in plain PyTorch, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install torch==2.11.0 numpy
    python torch_peer.py --model transformer --steps 20

Eager mode, or torch.compile with `--compile`, and default threads: what a PyTorch user gets who writes the models down. A
model's `forward` gives its loss. The GANs are in `growing_torch.py` and `residual_torch.py`.
"""

import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import growing_torch
import peer
import residual_torch

TEXTS = 16
WINDOWS = 32
EXCERPTS = 4
# Numbers of BERT's tokens that are no words.
PADDING, BEGINNING, END, HIDDEN = 0, 2, 3, 4
MASKED_SHARE = 0.15

torch.manual_seed(0)


def attend(qkv, heads, **options):
    """Queries, keys and values side by side, (batch, time, 3 features) -> attended values, (batch, time, features)."""
    q, k, v = (part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in qkv.chunk(3, dim=-1))
    return functional.scaled_dot_product_attention(q, k, v, **options).transpose(1, 2).flatten(2)


class Block(nn.Module):
    """Attention and a feed-forward net, each after a layer normalization. `seen` says what each token sees; without it, all
    before it."""

    def __init__(self, features, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, nn.Dropout(dropout)
        self.ln_1, self.ln_2 = nn.LayerNorm(features), nn.LayerNorm(features)
        self.qkv, self.projection = nn.Linear(features, 3 * features), nn.Linear(features, features)
        self.mlp = nn.Sequential(
            nn.Linear(features, 4 * features), nn.GELU(approximate="tanh"), nn.Linear(4 * features, features)
        )

    def forward(self, x, seen=None):
        y = attend(self.qkv(self.ln_1(x)), self.heads, attn_mask=seen, is_causal=seen is None)
        x = x + self.dropout(self.projection(y))
        return x + self.dropout(self.mlp(self.ln_2(x)))


class Transformer(nn.Module):
    """GPT-2's form in the size of 09_02."""

    def __init__(self, vocabulary=2048, positions=128, features=256, layers=4, heads=8, dropout=0.2):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, features), nn.Embedding(positions, features)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(features, heads, dropout) for _ in range(layers))
        self.ln = nn.LayerNorm(features)

    def forward(self, tokens):
        x, due = tokens[:, :-1], tokens[:, 1:]
        x = self.dropout(self.tokens(x) + self.positions.weight[: x.shape[1]])
        for block in self.blocks:
            x = block(x)
        logits = self.ln(x) @ self.tokens.weight.T
        return functional.cross_entropy(logits.flatten(0, 1), due.flatten())


class BertBlock(nn.Module):
    """Attention and a feed-forward net, with a layer normalization after each sum."""

    def __init__(self, features, heads, units, dropout):
        super().__init__()
        self.heads, self.dropout = heads, nn.Dropout(dropout)
        self.qkv, self.projection = nn.Linear(features, 3 * features), nn.Linear(features, features)
        self.ln_1, self.ln_2 = nn.LayerNorm(features, eps=1e-12), nn.LayerNorm(features, eps=1e-12)
        self.mlp = nn.Sequential(nn.Linear(features, units), nn.GELU(), nn.Linear(units, features))

    def forward(self, x):
        x = self.ln_1(x + self.dropout(self.projection(attend(self.qkv(x), self.heads))))
        return self.ln_2(x + self.dropout(self.mlp(x)))


class Bert(nn.Module):
    """An encoder that finds hidden words, in the size of 09_03."""

    def __init__(self, vocabulary=2000, positions=64, features=128, layers=4, heads=4, units=512, dropout=0.1):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, features), nn.Embedding(positions, features)
        self.types = nn.Embedding(2, features)
        self.ln, self.dropout = nn.LayerNorm(features, eps=1e-12), nn.Dropout(dropout)
        self.blocks = nn.ModuleList(BertBlock(features, heads, units, dropout) for _ in range(layers))
        self.head = nn.Sequential(nn.Linear(features, features), nn.GELU(), nn.LayerNorm(features, eps=1e-12))
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, tokens, places, targets):
        """Loss, and the share of hidden tokens that is found. `places` are those of the hidden tokens in the flat batch."""
        x = self.tokens(tokens) + self.positions.weight[: tokens.shape[1]] + self.types.weight[0]
        x = self.dropout(self.ln(x))
        for block in self.blocks:
            x = block(x)
        logits = self.head(x.flatten(0, 1)[places]) @ self.tokens.weight.T + self.bias
        return functional.cross_entropy(logits, targets), (logits.argmax(-1) == targets).float().mean()


class MuseNet(nn.Module):
    """GPT-2's blocks with the fixed pattern of sparse attention, in the size of 09_04. Plain PyTorch has dense attention
    with a mask."""

    def __init__(self, vocabulary=400, positions=512, features=128, layers=4, heads=4, dropout=0.1, block=32, summary=4):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, features), nn.Embedding(positions, features)
        self.places = nn.Embedding(16, features)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(features, heads, dropout) for _ in range(layers))
        self.ln = nn.LayerNorm(features)
        i, j = torch.arange(positions)[:, None], torch.arange(positions)[None]
        seen = ((i // block == j // block) | (j % block >= block - summary)) & (j <= i)
        self.register_buffer("seen", seen, persistent=False)

    def forward(self, tokens, places):
        x, due = tokens[:, :-1], tokens[:, 1:]
        x = self.tokens(x) + self.positions.weight[: x.shape[1]] + self.places(places[:, :-1])
        x = self.dropout(x)
        for block in self.blocks:
            x = block(x, self.seen)
        logits = self.ln(x) @ self.tokens.weight.T
        return functional.cross_entropy(logits.flatten(0, 1), due.flatten())


def transformer(device):
    """16 texts of 128 tokens."""
    model = peer.module(Transformer(), device)
    assert peer.parameters(model) == 3_716_608
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    tokens = torch.randint(2048, (TEXTS, 129), device=device)

    def step():
        loss = model(tokens)
        peer.descend(optimizer, loss)
        return loss.item()

    return step


def masked(tokens, vocabulary):
    """What the net sees, the places of the chosen tokens in the flat batch, and these tokens."""
    chosen = torch.rand(tokens.shape, device=tokens.device) < MASKED_SHARE
    chosen &= (tokens != PADDING) & (tokens != BEGINNING) & (tokens != END)
    change, others = torch.rand(tokens.shape, device=tokens.device), torch.randint_like(tokens, vocabulary)
    seen = torch.where(chosen & (change < 0.8), HIDDEN, tokens)
    seen = torch.where(chosen & (change >= 0.8) & (change < 0.9), others, seen)
    places = chosen.flatten().nonzero().squeeze(1)
    return seen, places, tokens.flatten()[places]


def bert(device):
    """32 windows of 64 tokens."""
    model = peer.module(Bert(), device)
    assert peer.parameters(model) == 1_076_560
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
    tokens = torch.randint(2000, (WINDOWS, 64), device=device)

    def step():
        loss, _ = model(*masked(tokens, 2000))
        peer.descend(optimizer, loss)
        return loss.item()

    return step


def musenet(device):
    """4 windows of 512 events."""
    model = peer.module(MuseNet(), device)
    assert peer.parameters(model) == 912_128
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    tokens, places = (torch.randint(most, (EXCERPTS, 513), device=device) for most in (400, 16))

    def step():
        loss = model(tokens, places)
        peer.descend(optimizer, loss)
        return loss.item()

    return step


PEERS = {
    "transformer": peer.Peer(transformer, TEXTS),
    "bert": peer.Peer(bert, WINDOWS),
    "musenet": peer.Peer(musenet, EXCERPTS),
    **growing_torch.PEERS,
    **residual_torch.PEERS,
}


if __name__ == "__main__":
    peer.run_torch(__doc__, PEERS)
