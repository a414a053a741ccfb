import CLinux
import Glibc

/// A parent that started the daemon as its child, and passes nothing on.
struct Wrapper {
    let settings: Settings
    let ledger: Ledger

    func run(leaks: [String]) -> Never {
        for leak in leaks { ledger.write("leak", leak) }
        let child = spawn()
        ledger.write("wrapper", "child=\(child)")
        let loop = Loop()
        loop.watch(signals: [SIGTERM, SIGCHLD]) { number in
            if number == SIGTERM { end(exitCode ?? 143) }
            endWith(child)
        }
        // It may have ended before its signal was watched.
        endWith(child)
        if let delay = settings["wrapper_exit_after"].flatMap({ Int($0) }) {
            loop.after(.milliseconds(delay)) { end(exitCode ?? 0) }
        }
        loop.run()
    }

    private var exitCode: Int32? { settings["wrapper_exit"].flatMap { Int32($0) } }

    /// Passes on how the child ended, if it did.
    private func endWith(_ child: pid_t) {
        var status: Int32 = 0
        guard waitpid(child, &status, WNOHANG) == child else { return }
        let code = clinux_wexitstatus(status)
        end(clinux_wifexited(status) ? code : 128 + clinux_wtermsig(status))
    }

    private func end(_ code: Int32) -> Never {
        ledger.write("wrapper-end", "\(code)")
        leave(code)
    }

    /// The same program again, in our process group.
    private func spawn() -> pid_t {
        let words = [settings.executable] + settings.arguments.all + ["--sim-wrapped=true"]
        let variables = Files.text("/proc/self/environ").split(separator: "\0").map(String.init)
        var arguments = words.map { strdup($0) }
        arguments.append(nil)
        var environment = variables.map { strdup($0) }
        environment.append(nil)
        var child: pid_t = 0
        let code = posix_spawn(&child, settings.executable, nil, nil, arguments, environment)
        if code != 0 {
            complain("simchain: spawn: \(String(cString: strerror(code)))")
            leave(1)
        }
        return child
    }
}
