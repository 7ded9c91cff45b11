# The last segment's digest of shipped configurations on the exact engine: the same on every machine. They change only with the
# configuration, the data or the operator set.
# SPDX-License-Identifier: Apache-2.0
demo_digest=0x5417feb454bd043e961ea9e19792ad36cab06886b0cb6bb44066a0d8f8aba7e9
demo_four_shards_digest=0x4beb445a39b5b1668333c5f28f0338a047565dd179c23d75a6f193a4203e5c84  # training.virtual_shards=4
tiny_digest=0x1c046c04cf8c7448d22910637fce89ef139c78ff57c9dbc99213eb4e1da158a4  # configs/tiny.toml
