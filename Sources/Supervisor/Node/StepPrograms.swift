import Glibc
import Logging

extension NodeSupervisor {
    /// The operator's own script, `cosmovisor/<name>`: run in the home with the plan's name and height.
    func runHook(_ plan: UpgradePlan) async throws(StepError) {
        guard let hook = setup.hook else { return }
        let path = setup.home.root + "/" + hook
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .blocked(.hookFailed(path, "it is not there, or no regular file"))
        }
        if status.st_mode & 0o100 == 0 { chmod(path, status.st_mode & 0o7777 | 0o100) }
        let request = ProcessRequest(
            path: path, arguments: [plan.name.text, "\(plan.height)"],
            environment: setup.environment, directory: setup.home.path)
        let (exit, output) = try await run(request, role: .hook) {
            .hookFailed(path, $0)
        }
        guard exit.isSuccess else {
            throw .blocked(.hookFailed(path, "it ended with \(exit)\(output.asReason)"))
        }
    }

    /// The new binary's own `pre-upgrade`, before the link moves.
    func runPreUpgrade(_ plan: UpgradePlan) async throws(StepError) {
        try await copyConfig(plan)
        var arguments = ["pre-upgrade", "--home", setup.home.path]
        var attempts = 0
        while true {
            let (exit, output) = try await preUpgrade(plan, arguments)
            switch PreUpgradeOutcome(exit: exit, output: output) {
            case .done:
                return log.info("pre-upgrade done")
            case .noCommand:
                return log.info("the new binary has no pre-upgrade command")
            case .doubtful:
                return log.warning(
                    "pre-upgrade ended with exit code 1 and is taken for absent",
                    metadata: ["output": "\(output.lastLines)"])
            case .noHomeFlag where arguments.count == 3:
                arguments = ["pre-upgrade"]
            case .retry where attempts < setup.preUpgradeRetries:
                attempts += 1
                log.info("pre-upgrade wants to be run again", metadata: ["retry": "\(attempts)"])
            case .retry:
                try giveUp(
                    plan, "it asked for more than \(setup.preUpgradeRetries) retries", output)
            case .noHomeFlag:
                try giveUp(plan, "it knows no --home, also without it", output)
            case .failed(let why):
                try giveUp(plan, why, output)
            }
        }
    }

    private func preUpgrade(
        _ plan: UpgradePlan, _ arguments: [String]
    ) async throws(StepError) -> (Exit, String) {
        let release = setup.home.release(for: plan.name)
        do throws(Block) {
            _ = try await checked(release)
        } catch {
            throw .blocked(error)
        }
        let request = ProcessRequest(
            path: release.binary, arguments: arguments, environment: setup.environment,
            directory: setup.home.root)
        return try await run(request, role: .preUpgrade) {
            .preUpgradeFailed(plan, $0)
        }
    }

    /// Takes the copy that `pre-upgrade` needs while the disk is busy with this plan anyway.
    ///
    /// Not before an operator's own script, whose changes are to be in it. What fails here is told
    /// by the step that needs it.
    func copyConfigEarly(_ plan: UpgradePlan) async {
        guard setup.hook == nil else { return }
        let copy = ConfigCopy(home: setup.home, plan: plan)
        await onPool { try? copy.take() }
    }

    private func copyConfig(_ plan: UpgradePlan) async throws(StepError) {
        let copy = ConfigCopy(home: setup.home, plan: plan)
        do throws(DataBackupError) {
            try await onPool { () throws(DataBackupError) in try copy.take() }
        } catch {
            throw .blocked(.preUpgradeFailed(plan, "config/ could not be kept before: \(error)"))
        }
    }

    private func giveUp(
        _ plan: UpgradePlan, _ why: String, _ output: String
    ) throws(StepError) -> Never {
        do throws(SystemError) {
            try ConfigCopy(home: setup.home, plan: plan).putBack()
        } catch {
            log.warning(
                "config/*.toml could not be put back as they were",
                metadata: ["error": "\(error)"])
        }
        throw .blocked(.preUpgradeFailed(plan, why + output.asReason))
    }

    /// Runs a program that belongs to a step to its end, its group's included.
    ///
    /// What it prints is logged and answered. A cancelled task sends it TERM, and KILL after the grace.
    private func run(
        _ request: ProcessRequest, role: ChildRecord.Role, blocked: (String) -> Block
    ) async throws(StepError) -> (Exit, String) {
        do throws(SystemError) {
            let capture = try OutputCapture()
            var request = request
            request.output = .descriptor(capture.input)
            try BinaryInspection.makeExecutable(request.path)
            let release = memory.release ?? setup.home.genesis
            let (child, gated) = try makeChild(request, role: role, release: release)
            request.output = .inherited
            let output = capture.begin()
            do throws(SystemError) {
                try await gated.release(on: loop, path: request.path)
            } catch {
                _ = await child.leaderExit(on: loop)
                memory.unreaped.remove(child.pid)
                throw error
            }
            let (exit, text) = await finish(child, reading: output)
            for line in text.split(separator: "\n") {
                log.info("\(line)", metadata: ["from": "\(role.rawValue)"])
            }
            guard !Task.isCancelled else { throw SystemError("wait", code: ECANCELED) }
            return (exit, text)
        } catch {
            guard error.code != ECANCELED else { throw .cancelled }
            throw .blocked(blocked("it cannot be started: \(error)"))
        }
    }

    private func finish(
        _ child: ChildProcess, reading output: OutputCapture.Reader
    ) async -> (Exit, String) {
        async let text = output.text(on: loop)
        let exit: Exit
        if let ended = await child.leaderExit(on: loop) {
            exit = ended
        } else {
            child.signal(SIGTERM)
            exit = await child.leaderExit(on: loop, within: setup.policy.grace)
        }
        memory.unreaped.remove(child.pid)
        // A program that is done leaves nobody behind to meddle with the home.
        child.signalGroup(SIGTERM)
        await child.groupEnd(on: loop, within: setup.policy.grace)
        output.end(on: loop)
        return (exit, await text)
    }
}

extension String {
    /// For a reason: what was printed last, if anything.
    fileprivate var asReason: String {
        lastLines.isEmpty ? "" : ": \(lastLines)"
    }

    /// The last 200 characters, on one line.
    fileprivate var lastLines: String {
        let line = split(whereSeparator: \.isNewline).joined(separator: " / ")
        return String(line.suffix(200))
    }
}

extension Block {
    static func hookFailed(_ path: String, _ why: String) -> Block {
        Block(
            .hookFailed, reason: "the pre-upgrade script \(path) failed: \(why)",
            remedy: "mend the script, then start the node: the upgrade goes on from there")
    }

    static func preUpgradeFailed(_ plan: UpgradePlan, _ why: String) -> Block {
        Block(
            .preUpgradeFailed,
            reason: "pre-upgrade of the new binary of \"\(plan.name.text)\" failed: \(why)",
            remedy: "follow the release notes of \"\(plan.name.text)\", then start the node: "
                + "the upgrade goes on from there")
    }
}
