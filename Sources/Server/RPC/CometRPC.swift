import FoundationEssentials
import Supervisor

/// Questions to a CometBFT node's RPC, each on a connection of its own.
struct CometRPC: Sendable {
    let address: RPCAddress
    let loop: EventLoop
    /// For one question in all, connecting included; its own deadline may be sooner.
    var limit = Duration.seconds(2)

    /// Asks for the stored and then for the applied height, on one connection.
    ///
    /// In this order, so that an applied height is never older than the stored one beside it.
    /// - Throws: Also when `/abci_info` fails in any other way than by being late.
    func heights(until deadline: Instant) async throws(RPCError) -> RPCHeights {
        let deadline = bounded(deadline)
        return try await onLoop { () async throws(RPCError) -> RPCHeights in
            var connection = try await RPCConnection(to: address, on: loop, until: deadline)
            let status = try RPCAnswer(try await connection.get("/status")).heights()
            if !connection.isReusable {
                connection = try await RPCConnection(to: address, on: loop, until: deadline)
            }
            var heights = status
            do throws(RPCError) {
                let answer = try await connection.get("/abci_info")
                heights.applied = try RPCAnswer(answer).appliedHeight()
            } catch .timedOut {
                return status
            }
            return heights
        }
    }

    /// Asks by `abci_query`, which answers from the state of the applied height.
    ///
    /// - Returns: A protobuf message, which is empty where all of its fields are.
    func answer(
        to question: ChainQuestion, until deadline: Instant
    ) async throws(RPCError) -> [UInt8] {
        let deadline = bounded(deadline)
        var path = "/abci_query?path=%22\(question.path)%22"
        let request = question.request
        if !request.isEmpty { path += "&data=0x" + request.map(\.hexadecimal).joined() }
        let query = path
        return try await onLoop { () async throws(RPCError) -> [UInt8] in
            var connection = try await RPCConnection(to: address, on: loop, until: deadline)
            return try RPCAnswer(try await connection.get(query)).queryValue() ?? []
        }
    }

    private func bounded(_ deadline: Instant) -> Instant {
        min(deadline, .now + limit)
    }

    /// Reading and waiting on the loop's own thread saves a hop for each.
    private func onLoop<Answer: Sendable>(
        _ body: @Sendable () async throws(RPCError) -> Answer
    ) async throws(RPCError) -> Answer {
        try await withTaskExecutorPreference(loop, operation: body)
    }
}

extension UInt8 {
    fileprivate var hexadecimal: String {
        let digits = String(self, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }
}
