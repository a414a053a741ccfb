import Supervisor

/// What is read of a node's answer is no longer than it, heights are heights, and what is no message
/// is none whatever was asked.
func checkChain(_ bytes: [UInt8]) {
    if case .success(let plan?) = outcome({ () throws(ProtobufError) in
        try ChainAnswer.plan(in: bytes)
    }) {
        expect(plan.name.utf8.count + plan.info.utf8.count <= bytes.count, "\(plan) was made up")
    }
    if case .success(let identity) = outcome({ () throws(ProtobufError) in
        try ChainAnswer.identity(in: bytes)
    }) {
        expect((identity.network ?? "").utf8.count <= bytes.count, "\(identity) was made up")
    }
    checkHeights(bytes)
    let question = ChainQuestion.appliedPlan(String(decoding: bytes.prefix(64), as: UTF8.self))
    expect(applied(in: question.request) == .success(nil), "a request of ours is no message")
}

private func checkHeights(_ bytes: [UInt8]) {
    let halt = outcome { () throws(ProtobufError) in try ChainAnswer.haltHeight(in: bytes) }
    switch (applied(in: bytes), halt) {
    case (.success(let applied), .success(let halt)):
        expect(applied ?? 1 > 0, "a plan was applied at 0 or before")
        expect(halt ?? 0 >= 0, "the node halts before its first block")
    case (.failure, .failure): break
    default: expect(false, "it is a message for one question alone")
    }
}

private func applied(in bytes: [UInt8]) -> Result<Height?, ProtobufError> {
    outcome { () throws(ProtobufError) in try ChainAnswer.appliedHeight(in: bytes) }
}

private func outcome<Value>(
    _ body: () throws(ProtobufError) -> Value
) -> Result<Value, ProtobufError> {
    do throws(ProtobufError) {
        return .success(try body())
    } catch {
        return .failure(error)
    }
}
