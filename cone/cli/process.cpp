// fork, exec, signals.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>

#include "cone/base/errors.hpp"
#include "cone/cli/version.hpp"

namespace cone::cli {
namespace {

std::vector<char*> as_argv(std::vector<std::string>& words) {
    std::vector<char*> argv;
    for (auto& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    return argv;
}

[[noreturn]] void become(const std::string& program, const std::vector<std::string>& arguments, int log_fd) {
    setsid();
    const int null_fd = open("/dev/null", O_RDONLY);
    dup2(null_fd, STDIN_FILENO);
    dup2(log_fd, STDOUT_FILENO);
    dup2(log_fd, STDERR_FILENO);
    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    auto argv = as_argv(words);
    execv(program.c_str(), argv.data());
    _exit(127);
}

}  // namespace

std::optional<std::string> find_program(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::stringstream folders((path != nullptr ? std::string(path) : std::string()) + ":" + source_dir() +
                              "/.tools/bin:" + source_dir() + "/.tools/venv/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string candidate = folder + "/" + name;
        if (!folder.empty() && access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
    }
    return std::nullopt;
}

pid_t start_detached(const std::string& program, const std::vector<std::string>& arguments, const std::filesystem::path& log) {
    const int log_fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (log_fd < 0) {
        throw EnvironmentError("cannot write " + log.string() + ": " + std::strerror(errno));
    }
    const pid_t pid = fork();
    if (pid == 0) {
        become(program, arguments, log_fd);
    }
    close(log_fd);
    if (pid < 0) {
        throw EnvironmentError("cannot start " + program + ": " + std::strerror(errno));
    }
    return pid;
}

bool is_alive(pid_t pid) {
    waitpid(pid, nullptr, WNOHANG);
    return pid > 0 && kill(pid, 0) == 0;
}

std::uint16_t free_port() {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    const bool bound = fd >= 0 && bind(fd, raw, length) == 0 && getsockname(fd, raw, &length) == 0;
    close(fd);
    if (!bound) {
        throw EnvironmentError(std::string("no free port: ") + std::strerror(errno));
    }
    return ntohs(address.sin_port);
}

bool stop_process(pid_t pid, int grace_ms) {
    kill(pid, SIGTERM);
    for (int waited = 0; waited < grace_ms && is_alive(pid); waited += 20) {
        usleep(20'000);
    }
    if (is_alive(pid)) {
        kill(pid, SIGKILL);
        usleep(50'000);
    }
    return !is_alive(pid);
}

std::optional<std::string> first_line_of(const std::string& program, const std::string& argument) {
    const std::string command = "'" + program + "' " + argument + " 2>/dev/null";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::array<char, 256> line{};
    if (!pipe || std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) == nullptr) {
        return std::nullopt;
    }
    std::string text = line.data();
    text.erase(text.find_last_not_of("\r\n") + 1);
    return text;
}

}  // namespace cone::cli
