import FoundationEssentials
import Glibc
import StageMessages

/// What staged binaries have said when they were asked for their versions.
struct AskedVersions: Sendable {
    /// By the binaries' folders.
    var answers: [String: Answer] = [:]
    /// Ends the run of the one that is being asked.
    var stop: StopWish?

    struct Answer: Sendable {
        /// Whose it is.
        let files: ReleaseStamp
        let answer: VersionAnswer
    }
}

/// Asking staged binaries for their versions: run, shut in, once for each binary.
extension NodeSupervisor {
    /// How long a binary may take to say it.
    private static let patience = Duration.seconds(10)

    /// Asks the binary of a plan, unless it has said it already, or must not be run.
    ///
    /// To be called by the one task that keeps preflights, so that none is asked twice at once.
    /// - Returns: Nil when it was not asked, or the node had to have its peace meanwhile.
    func version(of facts: PreflightFacts) async -> VersionAnswer? {
        let directory = facts.plan.directory
        guard PreflightJudge(facts).mayAskForVersion, isQuiet else { return nil }
        let release = Release(home: setup.home, directory: directory)
        let files = ReleaseStamp(release)
        if let known = memory.versions.answers[directory], known.files == files {
            return known.answer
        }
        memory.versions.answers[directory] = nil
        let answer: VersionAnswer
        do throws(StageError) {
            let stop = StopWish()
            memory.versions.stop = stop
            defer { memory.versions.stop = nil }
            answer = try await ask(release, ["version"], stop: stop)
        } catch {
            // What stands against it may be gone at the next look.
            return .unconfined(error)
        }
        // Somebody else's answer, if the files have changed meanwhile.
        guard ReleaseStamp(release) == files else { return nil }
        memory.versions.answers[directory] = AskedVersions.Answer(
            files: files, answer: answer)
        return answer
    }

    /// Runs `current` for its version, which is run as the daemon anyway; nobody's peace ends it.
    func version(of release: Release, arguments: [String]) async -> VersionAnswer {
        do throws(StageError) {
            return try await ask(release, arguments, stop: StopWish())
        } catch {
            return .unconfined(error)
        }
    }

    private func ask(
        _ release: Release, _ arguments: [String], stop: StopWish
    ) async throws(StageError) -> VersionAnswer {
        let (quarantine, place) = (staging.quarantine, setup.home.staging)
        let environment = setup.environment
        let home: EmptyFolder
        let libraries: Set<String>
        do throws(SystemError) {
            (home, libraries) = try await staging.pool.run { () throws(SystemError) in
                let libraries = ProgramFacts.libraryFolders(of: release, environment: environment)
                return (try EmptyFolder(in: quarantine, at: place), libraries)
            }
        } catch {
            throw .system(error)
        }
        var run = StageRun(order: .probe(order(release, arguments, libraries, home: home.path)))
        run.stop = stop
        run.patience = Self.patience
        let result: Result<VersionAnswer, StageError>
        do throws(StageError) {
            result = .success(try await probe(run))
        } catch {
            result = .failure(error)
        }
        await staging.pool.run { home.remove() }
        return try result.get()
    }

    /// Of the daemon's environment it is given only what it may need to be loaded.
    private func order(
        _ release: Release, _ arguments: [String], _ libraries: Set<String>, home: String
    ) -> ProbeOrder {
        let path = setup.environment.filter { $0.hasPrefix("LD_LIBRARY_PATH=") }
        return ProbeOrder(
            program: release.binary, arguments: arguments,
            folders: [release.path] + libraries.sorted(),
            environment: ["HOME=\(home)", "PATH=/usr/bin:/bin"] + path, home: home)
    }
}

/// A folder of the quarantine in which there is nothing, for a daemon to make its configuration in.
private struct EmptyFolder: Sendable {
    let path: String
    private let parent: Folder
    private let name: String

    /// Blocks, as `remove` does.
    init(in quarantine: Quarantine, at place: String) throws(SystemError) {
        parent = try quarantine.folder()
        name = QuarantineRecord.newID()
        _ = try parent.makeFolder(name, mode: 0o700)
        path = place + "/" + name
    }

    func remove() {
        parent.removeTreeIfThere(name)
    }
}
