# The last segment's digest of shipped configurations on the exact engine: the same on every machine. They change only with the
# configuration, the data, the operator set or the records that a digest binds (docs/protocol.md 2).
# SPDX-License-Identifier: Apache-2.0
demo_digest=0xca6d85bbe0dea22dd4e00157abdbb49dc88b891ddcff11f7ca4f8cf21853379a
demo_four_shards_digest=0x206f2841406b7478fb749076ac982cdc66fe39b1e364d7a97c7e212dbd768648  # training.virtual_shards=4
tiny_digest=0x29a6d22748b06e869d32df010e6852cc6a4bdb5b243d0125a79d3875376b81b3  # configs/tiny.toml
