#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Solves sum-rate instances with a model file of gdm, in Python with NumPy alone, and gets what C++ gets.

usage: solve_sum_rate.py MODEL CONDITIONS.csv [EXPECTED.csv]

MODEL           written by GdmOptimizer<SumRate<M>>::save or gdm_train, with the default policies and an Mlp denoiser
CONDITIONS.csv  a line an instance: gains g_1..g_M in 1/W, total power in W; a first line of names is skipped
EXPECTED.csv    what gdm_solve says to the same lines; the powers must agree to 1e-4 of the total power

Prints a line an instance: the powers p_1..p_M in W. Row i draws the same noise as `solve(x, {.seed = i})`.

Tensors (safetensors; the file holds nothing else):
  weights.layers.<k>.weight  F32 [out, in], weights.layers.<k>.bias  F32 [out, 1]
      layer 0 reads [latent; features; 16 time features], SiLU; the hidden layers of equal width add their input to
      SiLU(W h + b); the last layer is linear
  weights.null_condition     F32 [features, 1]    stands for "no condition"; only guidance (omega > 0) needs it
  features.mean, .deviation, .lowest, .highest    F64 [features]    how features are standardised, and their range
  latents.mean, .deviation, .lowest, .highest     F64 [latents]     the same for latents
"""

import json
import struct
import sys

import numpy as np


def read_safetensors(path):
    """Name -> array, and the metadata. The format: 8 bytes length, a JSON header, the numbers."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    kinds = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "U64": "<u8"}
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        piece = data[8 + length + begin : 8 + length + end]
        tensors[name] = np.frombuffer(piece, kinds[entry["dtype"]]).reshape(entry["shape"])
    return tensors, metadata


def philox(counter, key):
    """Philox4x32-10 (Salmon et al. 2011): four random words of 32 bits."""
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [b >> 32 ^ c[1] ^ k[0], b & 0xFFFFFFFF, a >> 32 ^ c[3] ^ k[1], a & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def normals(seed, step, n):
    """The first n standard normals of denoising step `step`: Box-Muller on pairs of words."""
    out = []
    for block in range((n + 3) // 4):
        w = philox((block, step, 0, 0x736F), (seed & 0xFFFFFFFF, seed >> 32))
        for bits, turn in ((w[0], w[1]), (w[2], w[3])):
            radius = np.sqrt(-2 * np.log(((bits >> 1) + 0.5) * 2.0**-31))
            angle = 2 * np.pi * turn * 2.0**-32
            out += [radius * np.cos(angle), radius * np.sin(angle)]
    return np.array(out[:n])


def schedule(steps, cap, offset=0.008):
    """beta, alpha_bar of the cosine schedule (Nichol and Dhariwal 2021), index 0 .. steps."""
    signal = np.cos((np.arange(steps + 1) / steps + offset) / (1 + offset) * np.pi / 2) ** 2
    beta = np.concatenate([[0], np.minimum(1 - signal[1:] / signal[:-1], cap)])
    return beta, np.cumprod(1 - beta)


def time_features(t, size=16):
    w = 1e-3 ** (np.arange(size // 2) / (size // 2 - 1)) * t
    return np.concatenate([np.sin(w), np.cos(w)])


def denoiser(tensors, y, features, t):
    """What the network predicts for one latent."""
    silu = lambda z: z / (1 + np.exp(-z))
    layers = 1 + max(int(name.split(".")[2]) for name in tensors if name.startswith("weights.layers."))
    h = np.concatenate([y, features, time_features(t)])
    for k in range(layers):
        weight, bias = tensors[f"weights.layers.{k}.weight"], tensors[f"weights.layers.{k}.bias"][:, 0]
        z = weight.astype(float) @ h + bias
        if k == layers - 1:
            return z
        h = silu(z) + (h if k > 0 and len(h) == len(z) else 0)


def project_simplex(v, total):
    """The nearest point with no negative element and the given sum."""
    u = np.sort(v)[::-1]
    excess = (np.cumsum(u) - total) / np.arange(1, len(v) + 1)
    return np.maximum(v - excess[np.nonzero(u > excess)[0][-1]], 0)


def sum_rate_features(gains, total):
    """Noise levels relative to the equal split, without their common part (see gdm/problems/sum_rate/sum_rate.hpp)."""
    a = len(gains) / (gains * total)
    a = a - a.min()
    a = np.where(a > 8, np.minimum(8 + 8 * np.log(np.maximum(a, 8) / 8), 32), a)
    return a - a.mean()


def solve(tensors, metadata, x, seed):
    gains, total = x[:-1], x[-1]
    m = len(gains)
    features = sum_rate_features(gains, total)
    order = np.argsort(features, kind="stable")  # channels have no order of their own: the network sees them sorted
    f = {s: tensors["features." + s] for s in ("mean", "deviation", "lowest", "highest")}
    z = {s: tensors["latents." + s] for s in ("mean", "deviation", "lowest", "highest")}
    c = np.clip((features[order] - f["mean"]) / f["deviation"], f["lowest"] - 3, f["highest"] + 3)

    _, steps, _, cap = metadata["schedule"].split("-")  # cosine-20-cap-0.999000
    steps = int(steps)
    _, alpha_bar = schedule(steps, float(cap))
    count = min(steps, 5)  # the library's default sampler: five evenly spaced steps with the ancestral noise
    spaced = [1 + ((count - 1 - k) * (steps - 1) + (count - 1) // 2) // max(count - 1, 1) for k in range(count)] + [0]
    y = normals(seed, 0, m)
    for k in range(count):
        t, now, then = spaced[k], alpha_bar[spaced[k]], alpha_bar[spaced[k + 1]]
        velocity = denoiser(tensors, y, c, t)
        clean = np.clip(np.sqrt(now) * y - np.sqrt(1 - now) * velocity, z["lowest"], z["highest"])
        variance = (1 - then) / (1 - now) * (1 - now / then)  # Song et al. 2021, Eq. 12 and 16 with eta = 1
        direction = np.sqrt(max(0, 1 - then - variance) / (1 - now))
        y = np.sqrt(then) * clean + direction * (y - np.sqrt(now) * clean)
        if k + 1 < count:
            y += np.sqrt(variance) * normals(seed, k + 1, m)
    latent = np.empty(m)
    latent[order] = z["mean"] + z["deviation"] * y
    return project_simplex(latent * total / m, total)


def read_table(path):
    with open(path) as file:
        lines = file.read().splitlines()
    skip = 1 if lines and not lines[0].split(",")[0].strip().lstrip("+-").replace(".", "", 1)[:1].isdigit() else 0
    return np.atleast_2d(np.loadtxt(lines[skip:], delimiter=",", ndmin=2))


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    tensors, metadata = read_safetensors(sys.argv[1])
    known = {"problem": "sum_rate", "parameterisation": "velocity"}
    for key, value in known.items():
        if metadata.get(key) != value:
            sys.exit(f"{sys.argv[1]}: {key} is {metadata.get(key)!r}; this script knows {value!r}")
    if not metadata["denoiser"].startswith("mlp-") or not metadata["schedule"].startswith("cosine-"):
        sys.exit(f"{sys.argv[1]}: this script knows mlp denoisers and cosine schedules, not {metadata}")
    conditions = read_table(sys.argv[2])
    powers = np.array([solve(tensors, metadata, x, seed) for seed, x in enumerate(conditions)])
    for p in powers:
        print(",".join(f"{value:.9g}" for value in p))
    if len(sys.argv) == 4:
        expected = read_table(sys.argv[3])[:, : powers.shape[1]]
        worst = np.max(np.abs(powers - expected) / conditions[:, -1:])
        print(f"largest difference to {sys.argv[3]}: {worst:.1e} of the total power", file=sys.stderr)
        if worst > 1e-4:
            sys.exit(1)


if __name__ == "__main__":
    main()
