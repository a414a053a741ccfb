import StageMessages

/// Getting what lies elsewhere.
extension NodeSupervisor {
    /// Who named an address, which decides where it may lead.
    struct Fetching: Sendable {
        var origin: FetchOrder.Origin
        var allowsPrivate: Bool
        var stop: StopWish
        var tell: Progress = { _, _, _ in }
    }

    /// Fetches what an intake is to hold, from its beginning.
    ///
    /// - Throws: Also for what the intake does not take.
    func fetch(
        _ url: String, into empty: Intake, _ fetching: Fetching
    ) async throws(StagingRefusal) -> Intake {
        let staging = staging
        return try await fetch(url, limit: setup.staging.maxSize, fetching) {
            inflow throws(StagingRefusal) in
            try await staging.take(inflow, into: empty)
        }
    }

    /// Fetches a text, whole.
    func fetchText(
        _ url: String, _ fetching: Fetching
    ) async throws(StagingRefusal) -> [UInt8] {
        try await fetch(url, limit: Self.textLimit, fetching) { inflow throws(StagingRefusal) in
            try await inflow.collect(atMost: Self.textLimit)
        }
    }

    private typealias Take<Content> =
        @Sendable (StageInflow) async throws(StagingRefusal) -> Content

    /// - Parameter take: Takes what comes, once for each beginning.
    private func fetch<Content: Sendable>(
        _ url: String, limit: Int64, _ fetching: Fetching, _ take: @escaping Take<Content>
    ) async throws(StagingRefusal) -> Content {
        let order = FetchOrder(
            url: url, origin: fetching.origin, allowsPrivate: fetching.allowsPrivate, limit: limit)
        var run = StageRun(order: .fetch(order))
        run.deadline = .now + Self.patience
        run.stop = fetching.stop
        run.tell = fetching.tell
        var beginnings = 1
        while true {
            let (taken, failure) = await begin(run, take)
            let content = try taken.get()
            guard let failure else { return content }
            guard failure.isStartedOver, beginnings < Self.beginnings else {
                throw StagingRefusal(failure)
            }
            beginnings += 1
        }
    }

    /// One run, whose output is taken beside it; of the two the taking says more of what went wrong.
    private func begin<Content: Sendable>(
        _ run: StageRun, _ take: @escaping Take<Content>
    ) async -> (Result<Content, StagingRefusal>, StageError?) {
        let inflow: StageInflow
        do throws(SystemError) {
            inflow = try StageInflow(on: loop)
        } catch {
            return (.failure(StagingRefusal(StageError.system(error))), nil)
        }
        var run = run
        run.descriptors = [inflow.theirs]
        let refusal = StopWish()
        run.refusal = refusal
        async let taking = Self.taken(inflow, take, orRaise: refusal)
        var failure: StageError?
        do throws(StageError) {
            _ = try await carryOut(run)
        } catch {
            failure = error
        }
        inflow.end()
        return (await taking, failure)
    }

    private static nonisolated func taken<Content: Sendable>(
        _ inflow: StageInflow, _ take: Take<Content>, orRaise refusal: StopWish
    ) async -> Result<Content, StagingRefusal> {
        do throws(StagingRefusal) {
            return .success(try await take(inflow))
        } catch {
            refusal.raise()
            return .failure(error)
        }
    }

    /// For a server that sends a byte now and then.
    private static let patience = Duration.seconds(6 * 3600)

    /// How often a file is begun whose server does not go on where it was cut.
    private static let beginnings = 5

    /// Of an info that lies elsewhere, and of a list of checksums.
    private static let textLimit: Int64 = 1 << 20

    // MARK: - What a plan names

    /// Where a plan's binary is to be had: told by its info, or by what lies behind its info.
    struct FoundSource: Sendable {
        let address: BinaryAddress
        /// The whole way to the digest is vouched for by what the chain says.
        let isBound: Bool
    }

    /// Follows a plan's info to an address.
    func source(
        of info: String, _ fetching: Fetching
    ) async throws(StagingRefusal) -> FoundSource {
        let rules = setup.sourceRules(for: .chain)
        switch SourceDecision(info: info, rules) {
        case .refused(let refusal): throw .sourceRefused(refusal)
        case .fetch(let address, _, _): return FoundSource(address: address, isBound: true)
        case .fetchInfo(let place):
            let bytes = try await fetchText(place.url, fetching)
            let isBound = try check(bytes, place.checksum)
            let text = String(decoding: bytes, as: UTF8.self)
            switch SourceDecision(fetchedInfo: text, rules) {
            case .fetch(let address, _, _): return FoundSource(address: address, isBound: isBound)
            case .refused(let refusal): throw .sourceRefused(refusal)
            case .fetchInfo: preconditionFailure("an info that was fetched is followed no further")
            }
        }
    }

    /// - Returns: Whether a digest vouches for the bytes.
    private func check(
        _ bytes: [UInt8], _ checksum: Checksum
    ) throws(StagingRefusal) -> Bool {
        guard case .digests(let named) = checksum else {
            // A weak one, or a list, is as good as the connection that both came over.
            return false
        }
        var digest = RunningDigest(withSHA512: true)
        digest.update(bytes)
        guard digest.digests.fit(named) else {
            throw .digestRefused(
                "the info that was fetched: " + named.difference(to: digest.digests))
        }
        return true
    }

    /// The digest that the address names: itself, or by a list that is fetched for it.
    func checksum(
        of address: BinaryAddress, _ fetching: Fetching
    ) async throws(StagingRefusal) -> Checksum {
        guard case .list(let url) = address.checksum else { return address.checksum }
        let bytes = try await fetchText(url, fetching)
        do throws(SourceRefusal) {
            return try ChecksumList.digest(
                for: address.fileName, in: String(decoding: bytes, as: UTF8.self),
                setup.sourceRules(for: fetching.origin))
        } catch {
            throw .sourceRefused(error)
        }
    }
}

extension StageError {
    fileprivate var isStartedOver: Bool {
        guard case .failed(let failure) = self else { return false }
        return failure.kind == .startedOver
    }
}

extension ContentDigests {
    /// A clause that says which was expected and which was found.
    func difference(to found: ContentDigests) -> String {
        if let sha512, sha256 == nil {
            return "it should have the SHA-512 \(sha512) and has \(found.sha512 ?? "?")"
        }
        return "it should have the SHA-256 \(sha256 ?? "?") and has \(found.sha256 ?? "?")"
    }
}

extension Setup {
    /// What an operator asks of addresses of that origin.
    func sourceRules(for origin: FetchOrder.Origin) -> SourceRules {
        SourceRules(
            daemon: home.daemonName, mustHaveChecksum: requiresChecksums,
            allowsWeakDigests: allowsWeakChecksums, allowsHTTP: origin == .operator)
    }
}
