"""Seeded numbers that Python and TypeScript make alike (tests/oracles/integer-noise.ts): a 32-bit hash of a counter."""
import numpy as np


def noise(seed: int, count: int) -> np.ndarray:
    """uint32 number i is the hash of seed + i: two rounds of xor-shift and multiply (lowbias32, Wellons 2018)."""
    with np.errstate(over="ignore"):
        x = np.arange(count, dtype=np.uint32) + np.uint32(seed)
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
        x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
        return x ^ (x >> np.uint32(16))


def bell(seed: int, count: int) -> np.ndarray:
    """float64, about normal with deviation 1: the sum of a number's four bytes, centred and scaled."""
    x = noise(seed, count)
    total = sum(((x >> np.uint32(shift)) & np.uint32(255)).astype(np.float64) for shift in (0, 8, 16, 24))
    return (total - 510.0) * 0.00677


def clustered(seed: int, rows: int, columns: int, clusters: int) -> np.ndarray:
    """float32 rows around `clusters` centres: centre of row mod clusters, plus half a bell."""
    centres = bell(seed, clusters * columns).reshape(clusters, columns)
    spread = bell(seed + 0x40000000, rows * columns).reshape(rows, columns)
    return (centres[np.arange(rows) % clusters] + spread * 0.5).astype(np.float32)


def low_dimensional(seed: int, rows: int, columns: int, dimensions: int) -> np.ndarray:
    """float32 rows within `dimensions` directions: sums of number times direction, added in ascending direction."""
    numbers = bell(seed, rows * dimensions).reshape(rows, dimensions)
    directions = bell(seed + 0x40000000, dimensions * columns).reshape(dimensions, columns)
    total = np.zeros((rows, columns))
    for dimension in range(dimensions):
        total = total + numbers[:, dimension, None] * directions[dimension]
    return total.astype(np.float32)
