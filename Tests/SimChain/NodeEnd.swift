import Glibc

// MARK: - Failing

extension Node {
    /// A block failed in consensus, or in block sync.
    func fail(_ failure: BlockFailure) {
        let message = failure.message(sdk: behaviour.sdk)
        switch behaviour.halt {
        case .blocksync:
            let hash = "\(state.stored):0000"
            ledger.write("halt", "\(failure.reason) exit=2")
            panic("Failed to process committed block (\(hash)): \(message)", ledger: "blocksync")
        case .exit(let code) where failure.isDue:
            ledger.write("halt", "\(failure.reason) exit=\(code)")
            leave(code)
        case .signal(let number) where failure.isDue:
            ledger.write("halt", "\(failure.reason) signal=\(number)")
            leave(signal: number)
        case .consensus, .exit, .signal: hang(message, failure)
        }
    }

    /// A block failed in the handshake: 0.47 panics, later versions answer an error.
    func failReplay(_ failure: BlockFailure) -> Never {
        let message = failure.message(sdk: behaviour.sdk)
        if behaviour.sdk.panics {
            ledger.write("halt", "\(failure.reason) replay exit=2")
            panic(message, ledger: "replay")
        }
        ledger.write("halt", "\(failure.reason) replay exit=1")
        complain("Usage:\n  \(settings.name) start [flags]\n")
        complain("Error: error during handshake: error on replay: \(message)")
        leave(1)
    }

    /// The process stays, its RPC too; nothing happens under data/ any more.
    private func hang(_ message: String, _ failure: BlockFailure) {
        Log.error("error in proxyAppConn.FinalizeBlock err=\(JSON.quoted(message))")
        let reason = JSON.quoted("failed to apply block; error \(message)")
        Log.error("CONSENSUS FAILURE!!! err=\(reason) module=consensus")
        wal?.stop()
        phase = .halted
        ledger.write("halt", "\(failure.reason) hang")
    }

    var crashesAgain: Bool { settings.isOn("crash_always") }

    func crash() -> Never {
        ledger.write("panic", "crash_at \(state.applied)")
        complain("panic: runtime error at height \(state.applied)")
        leave(3)
    }

    func crashOnce() {
        if crashesAgain { crash() }
        if Files.append(".", to: "\(ledger.path).crashed.\(behaviour.version)") == 1 { crash() }
    }

    /// Takes the memory and writes to each page of it, which the kernel may answer with a SIGKILL.
    func allocateOnce(_ allocation: Allocation) {
        let mark = "\(ledger.path).allocated.\(behaviour.version)"
        guard Files.append(".", to: mark) == 1 else { return }
        let size = allocation.mebibytes << 20
        ledger.write("allocate", "\(allocation.mebibytes)")
        memset(malloc(size), 1, size)
    }
}

extension BlockFailure {
    /// Whether it is the halt of a due plan, which forks end in their own ways.
    fileprivate var isDue: Bool {
        switch self {
        case .needed, .unwritable: true
        case .premature, .missingHandler, .handler, .haltHeight: false
        }
    }
}

// MARK: - Signals

extension Node {
    func arrived(_ number: Int32) {
        switch number {
        case SIGTERM, SIGINT:
            ledger.write("term", number == SIGTERM ? "TERM" : "INT")
            if !settings.isOn("ignore_term"), phase != .stopping { stop() }
        case SIGQUIT:
            ledger.write("panic", "SIGQUIT")
            complain("SIGQUIT: quit\ngoroutine dump\n\ngoroutine 1 [running]:\nmain.main()")
            leave(2)
        default: break
        }
    }

    private func stop() {
        phase = .stopping
        loop.cancelTimers()
        server?.stop()
        planFile.complete()
        if behaviour.flush > .zero { Log.info("flushing") }
        loop.after(behaviour.flush) { [self] in
            wal?.stop()
            ledger.write("end", "\(behaviour.termExit)")
            leave(behaviour.termExit)
        }
    }
}
