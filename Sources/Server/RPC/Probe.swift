import Supervisor

extension ChainProbe {
    /// Asks the daemon's RPC: at DAEMON_RPC_ADDRESS, else where its own configuration says, which
    /// is read anew each time, for `pre-upgrade` and operators change it.
    static func comet(address: RPCAddress?, home: Home, loop: EventLoop) -> ChainProbe {
        @Sendable func rpc() -> CometRPC? {
            (address ?? RPCAddress(configOf: home)).map { CometRPC(address: $0, loop: loop) }
        }
        // A node that does not answer is a normal thing here: it starts, halts or has no RPC. What
        // was not told is nil, and the verdict says so.
        return ChainProbe(
            heights: { deadline in try? await rpc()?.heights(until: deadline) },
            answer: { question, deadline throws(ChainQueryError) in
                guard let rpc = rpc() else { throw .unanswered("the node has no RPC address") }
                do throws(RPCError) {
                    return try await rpc.answer(to: question, until: deadline)
                } catch {
                    throw ChainQueryError(error)
                }
            })
    }
}

extension ChainQueryError {
    fileprivate init(_ error: RPCError) {
        self =
            switch error {
            case .refused: .refused("\(error)")
            case .malformed: .malformed
            case .unreachable, .timedOut, .cancelled, .cutShort, .tooLarge, .status:
                .unanswered("\(error)")
            }
    }
}
