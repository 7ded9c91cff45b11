// A matrix product whose elements are chains of fused multiply-adds over ascending k: one tile of it a block of threads.
// SPDX-License-Identifier: Apache-2.0
//
// out(i, j) = chain(first(i, j); rows(i, k) * cols(j, k)), k = 0 .. depth - 1, by nobody but the thread that owns (i, j): tiles,
// stages and the order of threads cannot change a bit. No k beyond the depth takes part (adding +0 would turn -0 into +0).
//
// A block of 256 threads owns kTile x kTile elements, a thread kPer x kPer of them. Stages of 1024 / kTile steps, four values of
// each operand a thread, go through two buffers in shared memory: while one is multiplied, the next is on its way in registers. A warp is 4 x 8 threads, so that one read of
// packs serves all of them (4 different ones of the rows, 8 of the columns: no bank twice).
//
//     warps of a tile: 4 x 2       a warp: 4 x 8 threads, kQuads x kQuads times
//
// Traffic: each operand is read (other side / kTile) times. Product:
//     rows, cols   operands: Cursor start(i) once, float at(cursor, k) a step; kAlongDepth when neighbours in k lie together
//     sink         Column column(j) once, float first(i, column), void store(i, column, value)
//     slice(z)     the product of the blocks with this z
#pragma once

#include "block.hpp"

namespace cone::kernels::cuda {

template <class Rows, class Cols, class Sink>
struct Product {
    Rows rows;
    Cols cols;
    Sink sink;
    u32 row_count;
    u32 col_count;
    u32 depth;

    [[nodiscard]] CONE_HOST_DEVICE Product slice(u32 z) const {
        return {rows.slice(z), cols.slice(z), sink.slice(z), row_count, col_count, depth};
    }
};

/// next = elements k, k + 1, ... of a line.
template <class Operand, u32 kCount>
CONE_HOST_DEVICE CONE_ALWAYS_INLINE void read_run(const Operand& operand, const typename Operand::Cursor& line, u32 k,
                                                  float (&next)[kCount]) {
    CONE_UNROLL
    for (u32 e = 0; e < kCount; ++e) {
        next[e] = operand.at(line, k + e);
    }
}

template <u32 kTile, class Problem>
struct GemmTile {
    static constexpr u32 kThreads = 256;
    static constexpr u32 kSide = kTile;
    static constexpr u32 kFetch = 4;
    static constexpr u32 kDepth = kFetch * kThreads / kSide;  ///< steps of a stage: small tiles hide memory by deep stages
    static constexpr u32 kPer = kSide / 16;
    static constexpr u32 kQuad = kPer < 4 ? kPer : 4;
    static constexpr u32 kQuads = kPer / kQuad;
    static constexpr u32 kPitch = kSide / kQuad + 1;  ///< packs of a line, one more than needed: lines begin in different banks

    using RowOperand = decltype(Problem::rows);
    using ColOperand = decltype(Problem::cols);
    using Packs = Pack<kQuad>;

    struct Shared {
        Packs rows[2][kDepth][kPitch];
        Packs cols[2][kDepth][kPitch];
    };
    struct Thread {
        float sum[kPer][kPer];
        float next_rows[kFetch];
        float next_cols[kFetch];
        typename RowOperand::Cursor row;
        typename ColOperand::Cursor col;
    };

    Problem problem;

    template <class Block>
    CONE_HOST_DEVICE void operator()(Block& block) const {
        const Problem part = problem.slice(block.z());
        const u32 row0 = block.y() * kSide;
        const u32 col0 = block.x() * kSide;
        Shared& shared = block.shared();
        block.each([&](u32 t, Thread& own) {
            begin(part, row0, col0, t, own);
            fetch(part, 0, t, own);
            place(shared, 0, t, own);
        });
        for (u32 k = 0; k < part.depth; k += kDepth) {
            block.each([&](u32 t, Thread& own) {
                const u32 buffer = k / kDepth % 2;
                const u32 left = part.depth - k;
                if (left > kDepth) {
                    fetch(part, k + kDepth, t, own);
                }
                multiply(shared, buffer, left, t, own);
                if (left > kDepth) {
                    place(shared, 1 - buffer, t, own);
                }
            });
        }
        block.each([&](u32 t, Thread& own) { finish(part, row0, col0, t, own); });
    }

    /// What a thread brings from memory each stage: line `i` of the tile, `kFetch` steps from `k`.
    struct Errand {
        u32 i;
        u32 k;
    };
    template <class Operand>
    [[nodiscard]] CONE_HOST_DEVICE static Errand errand_of(u32 t) {
        constexpr u32 kAcross = kDepth / kFetch;
        return Operand::kAlongDepth ? Errand{t / kAcross, t % kAcross * kFetch} : Errand{t % kSide, t / kSide * kFetch};
    }

    /// Row (column) in the tile of a thread's element e.
    [[nodiscard]] CONE_HOST_DEVICE static u32 row_of(u32 t, u32 e) {
        return t / 32 / 2 * (kSide / 4) + e / kQuad * (4 * kQuad) + t % 32 / 8 * kQuad + e % kQuad;
    }
    [[nodiscard]] CONE_HOST_DEVICE static u32 col_of(u32 t, u32 e) {
        return t / 32 % 2 * (kSide / 2) + e / kQuad * (8 * kQuad) + t % 8 * kQuad + e % kQuad;
    }

private:
    CONE_HOST_DEVICE static void begin(const Problem& part, u32 row0, u32 col0, u32 t, Thread& own) {
        const u32 row = row0 + errand_of<RowOperand>(t).i;
        const u32 col = col0 + errand_of<ColOperand>(t).i;
        own.row = part.rows.start(row < part.row_count ? row : 0);  // lines that are not there read line 0; nobody stores them
        own.col = part.cols.start(col < part.col_count ? col : 0);
        CONE_UNROLL
        for (u32 c = 0; c < kPer; ++c) {
            const u32 j = col0 + col_of(t, c);
            const auto column = part.sink.column(j < part.col_count ? j : 0);
            CONE_UNROLL
            for (u32 r = 0; r < kPer; ++r) {
                const u32 i = row0 + row_of(t, r);
                own.sum[r][c] = i < part.row_count ? part.sink.first(i, column) : 0.0f;
            }
        }
    }

    CONE_HOST_DEVICE static void fetch(const Problem& part, u32 stage, u32 t, Thread& own) {
        fetch_operand(part.rows, own.row, stage + errand_of<RowOperand>(t).k, part.depth, own.next_rows);
        fetch_operand(part.cols, own.col, stage + errand_of<ColOperand>(t).k, part.depth, own.next_cols);
    }

    /// Steps k .. of a line; nothing is read beyond the depth, and nothing put there takes part.
    template <class Operand>
    CONE_HOST_DEVICE static void fetch_operand(const Operand& operand, const typename Operand::Cursor& line, u32 k, u32 depth,
                                               float (&next)[kFetch]) {
        if (k + kFetch <= depth) {
            read_run(operand, line, k, next);
            return;
        }
        CONE_UNROLL
        for (u32 e = 0; e < kFetch; ++e) {
            next[e] = k + e < depth ? operand.at(line, k + e) : 0.0f;
        }
    }

    CONE_HOST_DEVICE static void place(Shared& shared, u32 buffer, u32 t, const Thread& own) {
        const Errand row = errand_of<RowOperand>(t);
        const Errand col = errand_of<ColOperand>(t);
        CONE_UNROLL
        for (u32 e = 0; e < kFetch; ++e) {
            shared.rows[buffer][row.k + e][row.i / kQuad].v[row.i % kQuad] = own.next_rows[e];
            shared.cols[buffer][col.k + e][col.i / kQuad].v[col.i % kQuad] = own.next_cols[e];
        }
    }

    CONE_HOST_DEVICE static void step(const Shared& shared, u32 buffer, u32 k, u32 t, Thread& own) {
        Packs rows[kQuads];
        Packs cols[kQuads];
        CONE_UNROLL
        for (u32 q = 0; q < kQuads; ++q) {
            rows[q] = shared.rows[buffer][k][row_of(t, q * kQuad) / kQuad];
            cols[q] = shared.cols[buffer][k][col_of(t, q * kQuad) / kQuad];
        }
        CONE_UNROLL
        for (u32 r = 0; r < kPer; ++r) {
            CONE_UNROLL
            for (u32 c = 0; c < kPer; ++c) {
                own.sum[r][c] = fused(rows[r / kQuad].v[r % kQuad], cols[c / kQuad].v[c % kQuad], own.sum[r][c]);
            }
        }
    }

    CONE_HOST_DEVICE static void multiply(const Shared& shared, u32 buffer, u32 left, u32 t, Thread& own) {
        const u32 steps = left < kDepth ? left : kDepth;
        u32 k = 0;
        CONE_DO_NOT_UNROLL
        for (; k + 8 <= steps; k += 8) {
            CONE_UNROLL
            for (u32 e = 0; e < 8; ++e) {
                step(shared, buffer, k + e, t, own);
            }
        }
        CONE_DO_NOT_UNROLL
        for (; k < steps; ++k) {
            step(shared, buffer, k, t, own);
        }
    }

    CONE_HOST_DEVICE static void finish(const Problem& part, u32 row0, u32 col0, u32 t, const Thread& own) {
        CONE_UNROLL
        for (u32 c = 0; c < kPer; ++c) {
            const u32 j = col0 + col_of(t, c);
            if (j >= part.col_count) {
                continue;
            }
            const auto column = part.sink.column(j);
            CONE_UNROLL
            for (u32 r = 0; r < kPer; ++r) {
                const u32 i = row0 + row_of(t, r);
                if (i < part.row_count) {
                    part.sink.store(i, column, own.sum[r][c]);
                }
            }
        }
    }
};

/// Runs the product with the largest tile that still gives every multiprocessor a block.
template <class Grid, class Problem>
void run_product(Grid& grid, const Problem& problem, u32 slices = 1) {
    const auto blocks = [&](u32 side) {
        return Extent{ceil_div(problem.col_count, side), ceil_div(problem.row_count, side), slices};
    };
    const auto fills = [&](Extent extent) { return u64{extent.x} * extent.y * extent.z >= grid.processors(); };
    if (problem.row_count == 0 || problem.col_count == 0) {
        return;
    }
    if (fills(blocks(128))) {
        grid.blocks(blocks(128), GemmTile<128, Problem>{problem});
    } else if (fills(blocks(64))) {
        grid.blocks(blocks(64), GemmTile<64, Problem>{problem});
    } else {
        grid.blocks(blocks(32), GemmTile<32, Problem>{problem});
    }
}

}  // namespace cone::kernels::cuda
