import Glibc
import Supervisor

/// One preparation that a command began, or found going on: shown while it does; what it began is
/// called off by a signal.
struct PreparationRun: Sendable {
    let client: ControlClient
    let signals: SignalReader
    let plan: String
    /// Prints the operation as it came.
    let isJSON: Bool

    private typealias Answer = ControlClient.Answer<OperationView>

    private struct Beginning: Sendable {
        let answer: Answer
        /// Else somebody else's, who may still want it.
        let isOurs: Bool

        var operation: OperationView { answer.value }
    }

    private enum News: Sendable {
        case over(Answer)
        case failed(ControlError)
        case signal(SignalReader.Signal)
        /// The supervisor was asked to call it off, or the task was cancelled.
        case nothing
    }

    /// Has the binary prepared.
    ///
    /// - Parameter waits: for the end; else the operation's beginning is all there is to say.
    /// - Returns: The exit code.
    func carryOut(_ source: PrepareSource, waits: Bool) async throws(ControlError) -> Int32 {
        let begun = try await begin(source)
        guard waits || !begun.operation.isRunning else { return tellBegun(begun.answer) }
        return try await follow(begun)
    }

    /// Where the plan's own binary is being prepared already, that is as good as a beginning.
    private func begin(_ source: PrepareSource) async throws(ControlError) -> Beginning {
        let path = ControlClient.path(ofPlan: plan) + "/prepare"
        do throws(ControlError) {
            return Beginning(answer: try await client.post(path, source.body), isOurs: true)
        } catch .problem(let problem) {
            guard source == .plan, let id = problem.runningOperation else {
                throw .problem(problem)
            }
            let running: Answer = try await client.get(OperationView.path(of: id))
            guard running.value.kind == "prepare", running.value.plan == plan else {
                throw .problem(problem)
            }
            return Beginning(answer: running, isOurs: false)
        }
    }

    // MARK: - Following

    private func follow(_ begun: Beginning) async throws(ControlError) -> Int32 {
        if !begun.isOurs {
            Output.errors.line(
                "\(escaped(plan)): operation \(escaped(begun.operation.id)) prepares it already; "
                    + "waiting for that")
        }
        let (news, interruption) = await lastNews(of: begun)
        switch news {
        case .over(let answer): return try await tellEnd(answer, interruptedBy: interruption)
        case .failed(let error): throw error
        case .signal(.end(let number)): return tellLeft(begun.operation, signal: number)
        case .signal, .nothing: return tellLeft(begun.operation, signal: SIGHUP)
        }
    }

    /// The first signal calls an operation of ours off, the next one leaves it to itself.
    ///
    /// - Returns: What ended the wait, and the signal that came before it.
    private func lastNews(of begun: Beginning) async -> (News, interruption: Int32?) {
        await withTaskGroup(of: News.self) { group in
            defer { group.cancelAll() }
            group.addTask { await watch(begun) }
            group.addTask { await nextSignal() }
            var interruption: Int32?
            while let news = await group.next() {
                switch news {
                case .over, .failed: return (news, interruption)
                case .signal(.end(let number)) where begun.isOurs && interruption == nil:
                    interruption = number
                    group.addTask { await callOff(begun.operation) }
                    group.addTask { await nextSignal() }
                case .signal(.childEnded): group.addTask { await nextSignal() }
                // Of a terminal that has gone there is nobody to read the rest.
                case .signal: return (news, interruption)
                case .nothing: continue
                }
            }
            return (.nothing, interruption)
        }
    }

    private func watch(_ begun: Beginning) async -> News {
        var display = ProgressDisplay(plan: plan, hasBegun: !begun.isOurs)
        let watch = OperationWatch(client: client, pace: display.isLive ? 1 : 50)
        defer { display.end() }
        do throws(ControlError) {
            return .over(try await watch.end(of: begun.answer) { display.show($0, at: .now) })
        } catch {
            return .failed(error)
        }
    }

    private func nextSignal() async -> News {
        await signals.next().map { .signal($0) } ?? .nothing
    }

    private func callOff(_ operation: OperationView) async -> News {
        let text = "\(escaped(plan)): being called off; once more to leave without waiting for that"
        Output.errors.line(ProgressDisplay.fresh + text)
        do throws(ControlError) {
            let _: Answer = try await client.delete(operation.path)
        } catch {
            if !Task.isCancelled { Output.errors.failure(error.lines(about: plan)) }
        }
        return .nothing
    }

    // MARK: - Telling

    private func tellBegun(_ begun: Answer) -> Int32 {
        let id = escaped(begun.value.id)
        Output.standard.line(
            isJSON ? begun.text : "\(escaped(plan)): operation \(id) \(escaped(begun.value.state))")
        return 0
    }

    private func tellLeft(_ operation: OperationView, signal: Int32) -> Int32 {
        Output.errors.failure([
            "\(escaped(plan)): not waited for: the operation may go on",
            "GET \(escaped(operation.path)) tells what becomes of it.",
        ])
        return 128 + signal
    }

    private func tellEnd(
        _ answer: Answer, interruptedBy signal: Int32?
    ) async throws(ControlError) -> Int32 {
        if isJSON { Output.standard.line(answer.text) }
        let operation = answer.value
        switch operation.state {
        case "succeeded":
            guard let binary = operation.result else {
                throw .misunderstood(socket: client.socket.path)
            }
            if !isJSON { Output.standard.line("\(escaped(plan)): " + binary.line) }
            if binary.state == "staged" { return 0 }
            await tellWhatVouches(for: binary)
            return 1
        case "cancelled":
            Output.errors.failure(["\(escaped(plan)): called off; nothing of it was kept"])
            return signal.map { 128 + $0 } ?? 1
        default:
            let lines = operation.problem?.lines(about: plan)
            Output.errors.failure(lines ?? ["\(escaped(plan)): it failed, for no reason given"])
            return 1
        }
    }

    private func tellWhatVouches(for binary: BinaryView) async {
        // The advice is good without it, too.
        let known = try? await client.get(
            ControlClient.path(ofPlan: plan), as: PlanView.self)
        let advice = PinningAdvice(
            plan: plan, declared: known?.value, sha256: binary.sha256 ?? "",
            socket: client.socket.path)
        Output.errors.line(advice.text)
    }
}

/// Where a binary is to come from.
enum PrepareSource: Sendable, Equatable {
    /// From where the plan's info says.
    case plan
    case url(String)
    /// Absolute.
    case path(String)

    var body: [String: String] {
        switch self {
        case .plan: ["source": "plan"]
        case .url(let url): ["source": "url", "url": url]
        case .path(let path): ["source": "path", "path": path]
        }
    }
}

extension BinaryView {
    /// In a line for people and their scripts; safe to print.
    var line: String {
        escaped("\(state), sha256 \(sha256 ?? "unknown"), trust \(trust ?? "unknown")")
    }
}
