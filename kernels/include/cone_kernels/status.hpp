// What a kernel answers when its input cannot be used.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace cone::kernels {

enum class Status {
    Ok,
    NotFinite,     ///< an input or a result is NaN or infinite; outputs are unspecified
    ExceedsBlock,  ///< a value does not fit under its block's shared exponent
};

}  // namespace cone::kernels
