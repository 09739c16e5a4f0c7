#include "engine/config/secret_command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <utility>

extern char** environ;

namespace engine::config {

namespace {

constexpr std::size_t most_output = std::size_t{1} << 20;

/// A file descriptor that is closed with it.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }
    void close() {
        if (number_ >= 0) {
            ::close(std::exchange(number_, -1));
        }
    }

private:
    int number_;
};

/// The program in a process group of its own, with no signal blocked.
Result<pid_t> spawn(const std::vector<std::string>& command, int input, int output) {
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    ::sigemptyset(&none);
    sigset_t pipe;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &pipe);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    pid_t process = 0;
    const int error =
        ::posix_spawnp(&process, arguments[0], &files, &attributes, arguments.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&files);
    if (error != 0) {
        return failure(fmt::format("{}: {}", command.front(), std::strerror(error)));
    }
    return process;
}

/// Writes and reads until the program closes its stdout.
class Conversation {
public:
    Conversation(Descriptor& input, Descriptor& output, std::string_view text,
                 std::chrono::milliseconds limit)
        : input_(input),
          output_(output),
          rest_(text),
          deadline_(std::chrono::steady_clock::now() + limit),
          limit_(limit) {}

    Result<std::string> run() {
        bool open = true;
        while (open) {
            pollfd waiting[2] = {{output_.get(), POLLIN, 0}, {input_.get(), POLLOUT, 0}};
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(
                deadline_ - std::chrono::steady_clock::now());
            const int ready = left.count() <= 0 ? 0
                                                : ::poll(waiting, input_.get() >= 0 ? 2 : 1,
                                                         static_cast<int>(left.count()));
            if (ready == 0) {
                return failure(
                    fmt::format("the command took longer than {} s", limit_.count() / 1000));
            }
            if (ready > 0 && waiting[1].revents != 0 && input_.get() >= 0) {
                write_some();
            }
            if (ready > 0 && waiting[0].revents != 0) {
                open = read_some();
            }
            if (received_.size() > most_output) {
                return failure("the command wrote more than 1 MiB");
            }
        }
        return std::move(received_);
    }

private:
    void write_some() {
        const ssize_t written =
            ::send(input_.get(), rest_.data(), rest_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (written > 0) {
            rest_.remove_prefix(static_cast<std::size_t>(written));
        }
        // A program that does not want to hear the rest may still answer.
        if (rest_.empty() || (written < 0 && errno != EAGAIN && errno != EINTR)) {
            input_.close();
        }
    }

    bool read_some() {
        char buffer[4096];
        const ssize_t count = ::read(output_.get(), buffer, sizeof buffer);
        if (count > 0) {
            received_.append(buffer, static_cast<std::size_t>(count));
        }
        return count > 0 || (count < 0 && errno == EINTR);
    }

    Descriptor& input_;
    Descriptor& output_;
    std::string_view rest_;
    std::chrono::steady_clock::time_point deadline_;
    std::chrono::milliseconds limit_;
    std::string received_;
};

}  // namespace

Result<std::string> run_secret_command(const std::vector<std::string>& command,
                                       std::string_view input, std::chrono::milliseconds limit) {
    // A socket rather than a pipe: writing to it when the program has ended raises no signal.
    int sockets[2];
    int pipes[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
        return failure(std::strerror(errno));
    }
    Descriptor ours(sockets[0]);
    Descriptor theirs(sockets[1]);
    if (::pipe2(pipes, O_CLOEXEC) != 0) {
        return failure(std::strerror(errno));
    }
    Descriptor output(pipes[0]);
    Descriptor their_output(pipes[1]);
    const pid_t process = ENGINE_TRY(spawn(command, theirs.get(), their_output.get()));
    theirs.close();
    their_output.close();
    Result<std::string> received = Conversation(ours, output, input, limit).run();
    // Also one that has closed its stdout without ending is of no more use.
    ::kill(-process, SIGKILL);
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    return received;
}

}  // namespace engine::config
