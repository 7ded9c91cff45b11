// Notes in a file that is only ever appended to: what a rank of `cone run` knows again after it was killed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "cone/base/clock.hpp"
#include "cone/node/notebook.hpp"

namespace cone::cli {

/// Each note: its length as u32 little-endian, 4 bytes of the length's Keccak-256, 8 of the note's, its bytes. One writer at a time.
///
/// A crash may leave the last note cut short; it was never acted on and is dropped. Damage before the end is not a crash: it is
/// refused, so that nobody votes or posts on half a memory.
class FileNotebook final : public node::Notebook {
public:
    /// Long enough for a rank of the run before, whose bridge is gone, to come to the end of its round.
    static constexpr Millis kPatience{45'000};

    /// Creates folder and file when they are not there, and waits so long for another process that has it open. Throws
    /// EnvironmentError; DataError when the file is damaged.
    explicit FileNotebook(const std::filesystem::path& file, Millis patience = kPatience);
    ~FileNotebook() override;
    FileNotebook(const FileNotebook&) = delete;
    FileNotebook& operator=(const FileNotebook&) = delete;

    /// Returns when fsync has.
    void keep(const node::Note& note) override;
    [[nodiscard]] std::vector<node::Note> read() override { return before_; }

private:
    void lock(Millis patience);
    void append(ByteSpan bytes);
    void drop_tail();

    std::filesystem::path file_;
    std::vector<node::Note> before_;  ///< what was there when it was opened
    std::size_t size_ = 0;            ///< of whole notes
    int fd_ = -1;
};

/// `<folder>/notes-<seed>/<who>`: a job of the same number on a chain that began anew has another seed.
[[nodiscard]] std::filesystem::path notebook_path(const std::filesystem::path& folder, const Hash32& job_seed,
                                                  const std::string& who);

}  // namespace cone::cli
