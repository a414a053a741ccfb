import FoundationEssentials

/// Operations: begun by a request or by the chain, and ended by what the lifecycle becomes.
extension NodeSupervisor {
    /// Begins an operation; its id is that of the event that tells of it.
    func begin(
        _ kind: Operation.Kind, plan: String? = nil, by originator: Originator = .system,
        key: Operation.IdempotencyKey? = nil, reason: String? = nil
    ) -> Operation {
        var begun: Operation?
        journal.append(.operationStarted, by: originator) { id in
            let operation = Operation(
                id: id, kind: kind, plan: plan, originator: originator, createdAt: Date(), key: key,
                reason: reason)
            begun = operation
            return .object(["operation": operation.json])
        }
        guard let begun else { preconditionFailure("the closure was called") }
        memory.operations.record(begun)
        memory.generations[begun.id] = memory.generation
        return begun
    }

    /// Ends an operation and tells so.
    func end(
        _ operation: Operation, _ state: Operation.State, _ failure: Operation.Failure? = nil
    ) {
        var operation = operation
        operation.state = state
        operation.failure = failure
        operation.finishedAt = Date()
        if operation.isSwitch, state == .succeeded {
            operation.result = switchResult
            operation.progress = .steps(done: UpgradeStep.allCases.count)
        }
        if operation.isSwitch, state == .cancelled { dropCommand(of: operation) }
        memory.operations.record(operation)
        memory.generations[operation.id] = nil
        memory.cancellations[operation.id] = nil
        let canceller = memory.cancellers.removeValue(forKey: operation.id)
        countEnd(of: operation)
        tell(
            .operationFinished,
            by: state == .cancelled ? canceller ?? operation.originator : operation.originator,
            .object(["operation": operation.json]))
    }

    /// Follows a change of phase: a switch that the chain asks for begins, steps go on, and what has
    /// come to its end is ended.
    func trackOperations(from before: Lifecycle.Phase) {
        beginSwitchIfDue()
        followSteps()
        for operation in memory.operations.running {
            let began = memory.generations[operation.id] ?? memory.generation
            let outcome = operation.outcome(
                in: lifecycle.phase, generation: memory.generation, began: began)
            if let outcome { end(operation, outcome.state, outcome.failure) }
        }
    }

    /// What an earlier run left: all but a switch that goes on is interrupted.
    func loadOperations() async {
        let journal = journal
        var earlier = await onPool { journal.keptOperations() }
        let going = Set(memory.operations.running.map(\.id))
        for var operation in earlier.running where !going.contains(operation.id) {
            operation.state = .failed
            operation.failure = .interrupted
            operation.finishedAt = Date()
            earlier.record(operation)
            countEnd(of: operation)
            tell(
                .operationFinished, by: operation.originator,
                .object(["operation": operation.json]))
        }
        for operation in earlier.running { takeUp(operation) }
        memory.operations.prepend(earlier)
        publish()
    }

    /// A switch that goes on under its id is that of whoever asked for it.
    private func takeUp(_ earlier: Operation) {
        // What was begun by this run is known better than the history has it.
        guard var operation = memory.operations[earlier.id], operation.isRunning,
            operation.isSwitch, operation.originator == .system
        else { return }
        operation = operation.taken(from: earlier)
        memory.operations.record(operation)
    }

    // MARK: - Switches

    private func beginSwitchIfDue() {
        guard let plan = planUnderWay, !memory.operations.running.contains(where: \.isSwitch) else {
            return
        }
        memory.stepTimes = [:]
        memory.stepBegan = nil
        // After a crash of ours it goes on under the same id.
        if let id = memory.due?.operation.flatMap(EventID.init), memory.operations[id] == nil {
            var operation = Operation(
                id: id, kind: .switch, plan: plan.name.text, originator: .system,
                createdAt: memory.due?.judgedAt ?? Date(), key: nil)
            operation.step = lifecycle.phase.step
            memory.operations.record(operation)
            memory.generations[id] = memory.generation
        } else {
            let operation = begin(.switch, plan: plan.name.text)
            memory.due?.operation = operation.id.description
        }
    }

    private var planUnderWay: UpgradePlan? {
        switch lifecycle.phase {
        case .upgrading(let upgrade): upgrade.plan
        case .stopping(_, let stop) where stop.isAsked && stop.next == .launch:
            memory.verdict?.ruling.isDue == true && !isRestarting ? memory.verdict?.plan : nil
        case .idle, .launching, .running, .stopping, .blocked, .backingOff, .ended: nil
        }
    }

    /// A restart that was asked for stops the daemon too.
    private var isRestarting: Bool {
        memory.operations.running.contains { $0.kind == .restart }
    }

    private func followSteps() {
        guard var operation = memory.operations.running.last(where: \.isSwitch) else { return }
        let step: UpgradeStep? =
            switch lifecycle.phase {
            case .stopping: .stop
            case .upgrading(let upgrade): upgrade.step
            case .launching where operation.step == .switch || operation.step == .start: .start
            case .ended where operation.step == .switch: .start
            case .idle, .launching, .running, .blocked, .backingOff, .ended: nil
            }
        guard step != operation.step else { return }
        finishStep(of: operation)
        guard let step else { return }
        operation.step = step
        operation.progress = .steps(done: UpgradeStep.allCases.firstIndex(of: step) ?? 0)
        memory.operations.record(operation)
        memory.stepBegan = .now
    }

    private func finishStep(of operation: Operation) {
        guard let step = operation.step, let began = memory.stepBegan else { return }
        let took = Instant.now - began
        memory.stepTimes[step] = took
        memory.stepBegan = nil
        tell(
            .stepFinished,
            .object([
                "operation": .string(operation.id.description), "plan": JSONValue(operation.plan),
                "step": .string(step.rawValue), "duration_seconds": JSONValue(seconds: took),
            ]))
    }

    private var switchResult: Operation.SwitchResult {
        Operation.SwitchResult(
            downtime: memory.stepTimes.values.reduce(.zero, +), steps: memory.stepTimes)
    }
}

extension Operation {
    var isSwitch: Bool { kind == .switch }
}
