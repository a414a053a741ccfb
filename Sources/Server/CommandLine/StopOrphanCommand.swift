import ArgumentParser
import Logging
import Supervisor

/// What the unit file runs after we have ended, ExecStopPost= of systemd.service(5).
///
/// Under KillMode=process a supervisor that had to be killed leaves its node running. After a crash
/// that is wanted, and the next run finds it; after a stop that timed out it is not.
struct StopOrphanCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop-orphan",
        abstract: "Stop a daemon that a timed-out stop has left running.",
        discussion: """
            For ExecStopPost= of the unit file. It does nothing unless systemd says in \
            SERVICE_RESULT that the stop has timed out: after a crash of the supervisor the node \
            shall run on.
            """)

    func run(in program: Program) throws -> Int32 {
        guard program.environment["SERVICE_RESULT"] == "timeout" else { return 0 }
        let configuration = try Self.configuration(of: program)
        let log = Logger(settings: configuration.log)
        let lock: HomeLock
        do throws(HomeLockError) {
            lock = try HomeLock(configuration.home)
        } catch {
            log.notice("no orphan is looked for", metadata: ["why": "\(error)"])
            return 0
        }
        defer { withExtendedLifetime(lock) {} }
        guard let orphan = Orphan(in: configuration.home) else { return 0 }
        log.warning(
            "the stop timed out and left the daemon running; it is stopped now",
            metadata: ["daemon.pid": "\(orphan.pid)", "grace": "\(configuration.grace.inWords)"])
        let exit = try Self.stop(orphan, grace: configuration.grace)
        log.notice("the daemon ended", metadata: ["exit": "\(exit)"])
        return 0
    }

    /// A config file that was broken meanwhile must not keep an orphan alive.
    private static func configuration(
        of program: Program
    ) throws(ConfigurationErrors) -> Configuration {
        do throws(ConfigurationErrors) {
            return try program.configurationOfHome()
        } catch {
            // Where that has no home either, the first reason is the one to tell.
            guard let configuration = try? program.configurationWithoutFile() else { throw error }
            return configuration
        }
    }

    private static func stop(_ orphan: Orphan, grace: Duration) throws -> Exit {
        let loop = try EventLoop(name: "sy-control")
        let result = Locked(Exit.unknown)
        // The root of all tasks of this command; this thread is its event loop.
        Task(executorPreference: loop) {
            let exit = await orphan.stop(grace: grace, on: loop)
            result.withLock { $0 = exit }
            loop.stop()
        }
        loop.run()
        return result.withLock(\.self)
    }
}
