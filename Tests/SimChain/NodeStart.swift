import Glibc

// MARK: - From exec to the first block

extension Node {
    /// Everything that comes before the RPC: checks, then the replay of a stored block.
    func start() {
        if behaviour.crashHeight.map({ state.applied >= $0 }) == true, crashesAgain { crash() }
        ledger.mend(block: state.applied, by: state.committer)
        scheduleEarlyWrite()
        checkStores()
        validator = settings["validator"] == "off" ? nil : Validator(data: data)
        guard state.needsReplay else { return serve() }
        loop.after(behaviour.replayDelay) { [self] in replay() }
    }

    func failFirstStarts() {
        guard behaviour.failingStarts > 0 else { return }
        let count = Files.append(".", to: "\(ledger.path).starts.\(behaviour.version)")
        guard count <= behaviour.failingStarts else { return }
        complain("Error: crash loop, start \(count) of \(behaviour.failingStarts)")
        leave(1)
    }

    /// The database's lock: a second process on the same data ends here.
    func lock() {
        let descriptor = open("\(data)/LOCK", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            ledger.write("conflict")
            complain("Error: failed to initialize database: resource temporarily unavailable")
            leave(1)
        }
        // What was read before the lock may have been another process's to change.
        state = ChainState(path: "\(data)/state.simchain")
        ledger.write("lock", "height=\(state.applied)")
    }

    /// Dies as a Go program does that nobody recovers.
    func panic(_ message: String, ledger what: String) -> Never {
        ledger.write("panic", what)
        complain("panic: \(message)\n\ngoroutine 1 [running]:\nmain.main()")
        leave(2)
    }

    private func checkStores() {
        let file = PlanFile(path: "\(data)/upgrade-info.json", sdk: behaviour.sdk)
        if case .refused(let reason) = file {
            panic("failed to read upgrade info from disk \(reason)", ledger: "upgrade-info")
        }
        if let failure = rules.loadFailure(state, file: file) {
            panic(failure, ledger: "stores")
        }
    }

    /// The stored block is executed in the handshake, before the RPC listens.
    private func replay() {
        Log.info(
            "ABCI Replay Blocks appHeight=\(state.applied) stateHeight=\(state.applied) "
                + "storeHeight=\(state.stored) module=consensus")
        execute(state.stored, replaying: true) { [self] failure in
            if let failure { failReplay(failure) }
            serve()
        }
    }

    private func serve() {
        if behaviour.rpc == .on { listen() }
        wal?.start()
        phase = .running
        nextBlock = Monotonic.now + behaviour.blockTime
        loop.at(nextBlock) { [self] in beginBlock() }
    }

    private func listen() {
        let address = RPCAddress(settings)
        do {
            let server = try HTTPServer(
                host: address.host, port: address.port, loop: loop,
                answer: { [self] target, reply in answer(target, reply) })
            if address.port == 0 {
                Files.replace("\(settings.home)/config/rpc.port", with: "\(server.port)")
            }
            self.server = server
        } catch {
            let place = "\(address.host):\(address.port)"
            let reason = String(cString: strerror(error.code)).lowercased()
            ledger.write("panic", "listen \(place)")
            complain(
                "Error: failed to listen on \(place): listen tcp \(place): bind: \(reason)")
            leave(1)
        }
    }

    /// Someone puts a file there by hand while the node runs.
    private func scheduleEarlyWrite() {
        guard let plan = behaviour.earlyWrite else { return }
        loop.after(.milliseconds(200)) { [self] in
            let path = "\(data)/upgrade-info.json"
            let isNew = access(path, F_OK) != 0
            let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o755)
            writeAll(Array(plan.json(at: plan.height).utf8), to: file)
            if isNew { fchmod(file, 0o755) }
            close(file)
            ledger.write("early-file", "\(plan.name)@\(plan.height)")
        }
    }
}

// MARK: - Answers

extension Node {
    private func answer(_ target: String, _ reply: @escaping (HTTPReply) -> Void) {
        let parts = target.split(separator: "?", maxSplits: 1)
        switch parts.first {
        case "/status": reply(rpc.status)
        case "/health": reply(RPC.empty)
        case "/abci_info":
            let answer = { [self] in whenApplicationIsFree { [self] in reply(rpc.abciInfo) } }
            if behaviour.abciBlock > .zero {
                loop.after(behaviour.abciBlock, answer)
            } else {
                answer()
            }
        case "/abci_query":
            let query = parts.count > 1 ? parts[1] : ""
            whenApplicationIsFree { [self] in reply(rpc.abciQuery(query)) }
        default: reply(RPC.notFound)
        }
    }

    private var rpc: RPC {
        RPC(
            identity: identity, state: state, plans: behaviour.upgrades,
            isCatchingUp: behaviour.isCatchingUp || settings.isOn("catching_up"),
            haltHeight: behaviour.haltHeight)
    }
}
