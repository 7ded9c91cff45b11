// Two pipes and posix_spawn: no code of ours runs between fork and exec, whatever threads libraries have started.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/piped_child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "cone/base/errors.hpp"

extern char** environ;

namespace cone::cli {
namespace {

std::array<int, 2> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw EnvironmentError(std::string("pipe2: ") + std::strerror(errno));
    }
    return ends;
}

std::vector<std::string> environment_with(const EnvironmentChanges& changes) {
    std::vector<std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string variable = *entry;
        if (!changes.contains(variable.substr(0, variable.find('=')))) {
            variables.push_back(variable);
        }
    }
    for (const auto& [name, value] : changes) {
        if (value) {
            variables.push_back(name + "=" + *value);
        }
    }
    return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (auto& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace

PipedChild::PipedChild(const std::string& program, const std::vector<std::string>& arguments,
                       const EnvironmentChanges& changes) {
    const auto in = make_pipe();
    const auto out = make_pipe();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    auto variables = environment_with(changes);
    const int error =
        posix_spawn(&pid_, program.c_str(), &actions, nullptr, pointers_to(words).data(), pointers_to(variables).data());
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    to_ = fdopen(in[1], "w");
    from_ = fdopen(out[0], "r");
    if (error != 0) {
        std::fclose(to_);
        std::fclose(from_);
        throw EnvironmentError("cannot start " + program + ": " + std::strerror(error));
    }
}

PipedChild::~PipedChild() {
    std::fclose(to_);
    std::fclose(from_);
    waitpid(pid_, nullptr, 0);
}

std::string PipedChild::ask(const std::string& line) {
    std::array<char, 256> answer{};
    const bool sent = std::fprintf(to_, "%s\n", line.c_str()) > 0 && std::fflush(to_) == 0;
    if (!sent || std::fgets(answer.data(), static_cast<int>(answer.size()), from_) == nullptr) {
        throw EnvironmentError("process " + std::to_string(pid_) + ", asked \"" + line + "\", ended without an answer");
    }
    std::string text = answer.data();
    text.erase(text.find_last_not_of("\r\n") + 1);
    return text;
}

}  // namespace cone::cli
