import FoundationEssentials
import StageMessages

/// Questions to the node about its chain and itself: by its RPC, which costs a connection, and by
/// gRPC, which costs a process.
extension NodeSupervisor {
    /// The two ways to ask.
    enum ChainSource: Sendable, Equatable {
        case rpc, grpc

        var other: ChainSource {
            switch self {
            case .rpc: .grpc
            case .grpc: .rpc
            }
        }
    }

    /// What the chain has told, and who tells it.
    struct ChainMemory: Sendable {
        /// Who answers by gRPC, asked of one daemon.
        var grpcIdentity: (generation: Int, identity: ChainAnswer.Identity)?
        /// The chain's id, as the node's own files tell it.
        var network: String?

        /// Which daemon was asked last.
        var askedGeneration: Int?
        var announcement: Announcement?
        /// Why it was not answered last.
        var trouble: ChainQueryError?
        var badName: String?
        /// By the plans' folders.
        var applied: [String: Height] = [:]
        /// That this daemon's chain says it never applied.
        var unproven: Set<UpgradePlan> = []

        /// Forgets what another daemon was asked.
        mutating func begin(_ generation: Int) {
            askedGeneration = generation
            unproven = []
        }
    }

    /// How long one question takes at most; a deadline may be sooner.
    private static let patience = Duration.seconds(6)

    /// The plan that the chain has scheduled; nil for none.
    ///
    /// - Returns: Also who said so.
    func currentPlan(
        first source: ChainSource, until deadline: Instant
    ) async throws(ChainQueryError) -> (ChainPlan?, ChainSource) {
        let (message, source) = try await answer(to: .currentPlan, source, until: deadline)
        do throws(ProtobufError) {
            return (try ChainAnswer.plan(in: message), source)
        } catch {
            throw ChainQueryError(error)
        }
    }

    /// The height at which the chain of this very node has applied a plan; nil when it never has.
    func appliedHeight(
        of plan: String, until deadline: Instant
    ) async throws(ChainQueryError) -> Height? {
        let (message, _) = try await answer(to: .appliedPlan(plan), .rpc, until: deadline)
        do throws(ProtobufError) {
            return try ChainAnswer.appliedHeight(in: message)
        } catch {
            throw ChainQueryError(error)
        }
    }

    /// The height that this very node says it halts at (`halt-height`), 0 for none.
    ///
    /// SDK 0.50.4 and later tell it; nil when it could not be asked, or does not.
    func haltHeight(until deadline: Instant) async -> Height? {
        guard let (message, _) = try? await answer(to: .settings, .rpc, until: deadline) else {
            return nil
        }
        return (try? ChainAnswer.haltHeight(in: message)) ?? nil
    }

    // MARK: - Ways to ask

    /// Asks one, and the other when that brings nothing.
    ///
    /// - Throws: What both said, when neither answers.
    private func answer(
        to question: ChainQuestion, _ first: ChainSource, until deadline: Instant
    ) async throws(ChainQueryError) -> ([UInt8], ChainSource) {
        let failure: ChainQueryError
        do throws(ChainQueryError) {
            return (try await ask(question, first, until: deadline), first)
        } catch {
            failure = error
        }
        do throws(ChainQueryError) {
            return (try await ask(question, first.other, until: deadline), first.other)
        } catch {
            throw .unanswered("\(first.name): \(failure); \(first.other.name): \(error)")
        }
    }

    private func ask(
        _ question: ChainQuestion, _ source: ChainSource, until deadline: Instant
    ) async throws(ChainQueryError) -> [UInt8] {
        let deadline = min(deadline, .now + Self.patience)
        switch source {
        case .rpc: return try await askRPC(question, until: deadline)
        case .grpc:
            try await checkIdentity(for: question, until: deadline)
            return try await call(question, until: deadline)
        }
    }

    private func askRPC(
        _ question: ChainQuestion, until deadline: Instant
    ) async throws(ChainQueryError) -> [UInt8] {
        guard let heights = await setup.probe.heights(deadline) else {
            throw .unanswered("it does not answer")
        }
        guard isOurs(heights) else { throw .unanswered("another node answers there") }
        return try await setup.probe.answer(question, deadline)
    }

    private func call(
        _ question: ChainQuestion, until deadline: Instant
    ) async throws(ChainQueryError) -> [UInt8] {
        guard let address = setup.grpcAddress else { throw .unanswered("no address is known") }
        var run = StageRun(
            order: .ask(
                AskOrder(
                    address: address, method: question.path, request: Data(question.request))))
        run.deadline = deadline
        run.needsRoom = false
        let answer: CallAnswer
        do throws(StageError) {
            answer = try await ask(run)
        } catch {
            throw ChainQueryError(error)
        }
        guard answer.status == 0 else {
            throw ChainQueryError(status: answer.status, words: answer.words)
        }
        return Array(answer.message)
    }

    // MARK: - Who answers by gRPC

    /// The address may be another node's: what is asked of this very node is taken from it alone, and
    /// what is asked of the chain from any node of the same chain.
    private func checkIdentity(
        for question: ChainQuestion, until deadline: Instant
    ) async throws(ChainQueryError) {
        let identity = try await grpcIdentity(until: deadline)
        let isKnown: Bool
        switch question {
        case .currentPlan:
            let network = await ownNetwork()
            isKnown = network != nil && network == identity.network
        case .appliedPlan, .settings, .identity:
            isKnown =
                identity.node != nil
                && identity.node == NodeIdentity.id(ofKeyFile: setup.home.nodeKey)
        }
        guard isKnown else {
            let failure = StageFailure(
                .answerBroken,
                "a node of chain \(identity.network ?? "?") answers there, and nothing says that "
                    + "it is the one that is meant")
            throw ChainQueryError(StageError.failed(failure))
        }
    }

    /// Asked once of each daemon.
    private func grpcIdentity(
        until deadline: Instant
    ) async throws(ChainQueryError) -> ChainAnswer.Identity {
        let generation = memory.generation
        if let known = memory.chain.grpcIdentity, known.generation == generation {
            return known.identity
        }
        let message = try await call(.identity, until: deadline)
        do throws(ProtobufError) {
            let identity = try ChainAnswer.identity(in: message)
            memory.chain.grpcIdentity = (generation, identity)
            return identity
        } catch {
            throw ChainQueryError(error)
        }
    }

    /// As the daemon's RPC tells it, or the node's own files.
    private func ownNetwork() async -> String? {
        if let network = memory.heights?.heights.network { return network }
        if let network = memory.chain.network { return network }
        let home = setup.home
        memory.chain.network = await onPool { ChainID.read(in: home) }
        return memory.chain.network
    }
}

extension NodeSupervisor.ChainSource {
    var name: String {
        switch self {
        case .rpc: "RPC"
        case .grpc: "gRPC"
        }
    }
}
