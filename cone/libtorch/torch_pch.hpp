// The one precompiled libtorch header (about half a minute to compile, once).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>
