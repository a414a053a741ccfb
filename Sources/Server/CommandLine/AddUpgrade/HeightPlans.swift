import Glibc
import Supervisor

/// The heights that operators have set for upgrades: asked of and told to the supervisor that runs,
/// or in the plan book when none does.
struct HeightPlans: Sendable {
    private let home: Home
    private let keeper: Keeper
    /// The last block that is known.
    private let reached: Height?

    private enum Keeper: Sendable {
        case supervisor(ControlClient)
        /// Ours as long as the lock is.
        case book(PlanBook, HomeLock)
    }

    /// Finds out who keeps them, and how far the chain is.
    init(_ configuration: Configuration, on loop: EventLoop) async throws(CommandFailure) {
        home = configuration.home
        keeper = try await Self.keeper(configuration, on: loop)
        switch keeper {
        case .supervisor(let client):
            // What the node has not told yet its files may.
            let told = try? await client.get("/v1/status", as: HeightView.self).value.height?.value
            reached = [told ?? nil, HomeHeight(home).lowerBound].compactMap(\.self).max()
        case .book:
            let asked = await Self.heights(configuration, on: loop)
            reached = [asked, HomeHeight(home).lowerBound].compactMap(\.self).max()
        }
    }

    private struct HeightView: Decodable, Sendable {
        let height: Value?

        struct Value: Decodable, Sendable {
            let value: Height
        }
    }

    /// Whoever holds the home's lock is asked; another command that holds it does not for long.
    private static func keeper(
        _ configuration: Configuration, on loop: EventLoop
    ) async throws(CommandFailure) -> Keeper {
        for _ in 0..<50 {
            do throws(HomeLockError) {
                return .book(PlanBook(configuration.home), try HomeLock(configuration.home))
            } catch .held {
            } catch {
                throw CommandFailure(escaped("\(error)"))
            }
            do throws(ControlError) {
                let client = ControlClient(socket: try ControlSocket(configuration), loop: loop)
                _ = try await client.get("/v1/status", as: NextView.self)
                return .supervisor(client)
            } catch .notRunning {
                guard await loop.wait(until: .now + .milliseconds(100)) != .cancelled else { break }
            } catch {
                throw CommandFailure(error.lines().joined(separator: "\n  "))
            }
        }
        throw CommandFailure(
            "a supervisor runs and does not answer at its socket; set SWITCHYARD_LISTEN here to what "
                + "it has there, or try again when it has started")
    }

    /// Of a node that is run by something else, if it answers and is ours.
    private static func heights(
        _ configuration: Configuration, on loop: EventLoop
    ) async -> Height? {
        let address = configuration.rpcAddress.flatMap { RPCAddress($0) }
        let probe = ChainProbe.comet(address: address, home: configuration.home, loop: loop)
        guard let heights = await probe.heights(.now + .seconds(2)),
            heights.isOf(configuration.home)
        else { return nil }
        return heights.stored
    }

    // MARK: - Asking

    /// Why the upgrade cannot have this height, as a clause; nil when it can.
    func objection(to name: PlanName, at height: Height, replacing: Bool) async -> String? {
        if let reached, height <= reached {
            return "the height must be above \(reached), which is reached, got \(height)"
        }
        let known: Height?
        switch keeper {
        case .book(let book, _):
            let entry = book.entry(of: name)
            if entry?.hold != nil { return Self.held(name) }
            known = entry?.declaration.flatMap { $0.trigger == .height ? $0.height : nil }
        case .supervisor(let client):
            // Whatever is wrong shows when it is declared.
            guard let plan = try? await plan(name, by: client) else { return nil }
            if plan.origin == "chain", plan.height != height {
                return "the chain itself asks for \(quoted(name.text)), at "
                    + (plan.height.map(String.init) ?? "another height")
            }
            if plan.state == "cancelled" { return Self.held(name) }
            if plan.hasInfoToRepeat, plan.height != height {
                return
                    "\(quoted(name.text)) is declared with an info, which PUT of its plan repeats "
                    + "and this command cannot"
            }
            known = plan.origin == "operator" ? plan.height : nil
        }
        guard let known, known != height, !replacing else { return nil }
        return "\(quoted(name.text)) is set for height \(known) in "
            + "\(escaped(home.planBookFile(of: name))); --force sets another"
    }

    private static func held(_ name: PlanName) -> String {
        "\(quoted(name.text)) was cancelled; lift that first, with PUT of its plan"
    }

    private func plan(_ name: PlanName, by client: ControlClient) async throws(ControlError)
        -> DeclaredView?
    {
        do throws(ControlError) {
            return try await client.get(
                ControlClient.path(ofPlan: name.text), as: DeclaredView.self
            ).value
        } catch .problem(let problem) where problem.status == 404 {
            return nil
        } catch {
            throw error
        }
    }

    private struct DeclaredView: Decodable, Sendable {
        let origin: String
        let trigger: String
        let height: Height?
        let state: String
        let expectedSHA256: String?
        let info: PlanView.Info?

        enum CodingKeys: String, CodingKey {
            case origin, trigger, height, state, info
            case expectedSHA256 = "expected_sha256"
        }

        var hasInfoToRepeat: Bool { origin == "operator" && info != nil }
    }

    // MARK: - Telling

    /// Sets the height; what else was said of the plan stays.
    ///
    /// - Returns: Whether a daemon may be running that was started without it.
    func declare(_ name: PlanName, at height: Height) async throws(CommandFailure) -> Bool {
        switch keeper {
        case .book(let book, _):
            try declare(name, at: height, in: book)
            return false
        case .supervisor(let client):
            do throws(ControlError) {
                return try await declare(name, at: height, by: client)
            } catch {
                throw CommandFailure(error.lines(about: name.text).joined(separator: "\n  "))
            }
        }
    }

    private func declare(
        _ name: PlanName, at height: Height, in book: PlanBook
    ) throws(CommandFailure) {
        let old = book.entry(of: name)
        var declaration = old?.declaration ?? PlanDeclaration(trigger: .height, height: height)
        guard
            old?.declaration == nil || declaration.height != height
                || declaration.trigger != .height
        else { return }
        (declaration.trigger, declaration.height) = (.height, height)
        do throws(PlanBookError) {
            try book.replace(
                old, with: PlanEntry(name: name, declaration: declaration), of: name)
        } catch .changed {
            throw CommandFailure("somebody else has set it meanwhile; try again")
        } catch {
            throw CommandFailure(escaped("\(error)"))
        }
        do throws(SystemError) {
            try home.giveOwnFiles(of: name)
        } catch {
            throw CommandFailure(escaped("\(error)"))
        }
    }

    private func declare(
        _ name: PlanName, at height: Height, by client: ControlClient
    ) async throws(ControlError) -> Bool {
        let plan = try await plan(name, by: client)
        // The chain carries it out by itself.
        if plan?.origin == "chain", plan?.height == height { return false }
        if plan?.trigger == "height", plan?.height == height { return false }
        _ = try await client.put(
            ControlClient.path(ofPlan: name.text),
            DeclarationBody(height: height, expectedSHA256: plan?.expectedSHA256),
            replacing: plan != nil, as: DeclaredView.self)
        return true
    }

    private struct DeclarationBody: Encodable, Sendable {
        let trigger = "height"
        let height: Height
        let expectedSHA256: String?

        enum CodingKeys: String, CodingKey {
            case trigger, height
            case expectedSHA256 = "expected_sha256"
        }
    }
}
