import FoundationEssentials
import Logging
import StageMessages

/// The work of a preparation, from the source to the place.
extension NodeSupervisor {
    func carryOut(_ preparation: Preparation) async {
        do throws(StagingRefusal) {
            let (received, voucher) = try await receive(preparation)
            let answer = try await stage(
                received, for: preparation.name, from: preparation.origin.source,
                by: preparation.originator, voucher: voucher, if: .anything,
                stop: preparation.stop)
            change(preparation) { $0.staged = answer.binary }
            finish(preparation, .succeeded)
        } catch .cancelled {
            finish(preparation, .cancelled)
        } catch {
            let failure = error.failure
            log.warning(
                "a binary could not be prepared",
                metadata: [
                    "plan.name": "\(preparation.name.text)", "error": "\(failure.detail)",
                    "remedy": "\(failure.remedy)",
                ])
            finish(preparation, .failed, failure)
        }
    }

    private func finish(
        _ preparation: Preparation, _ state: Operation.State, _ failure: Operation.Failure? = nil
    ) {
        memory.cancellations[preparation.operation] = nil
        guard let operation = memory.operations[preparation.operation] else { return }
        end(operation, state, failure)
        acquisitionEnded(operation.id, failure)
        publish()
    }

    private func change(_ preparation: Preparation, _ body: (inout Operation) -> Void) {
        guard var operation = memory.operations[preparation.operation] else { return }
        body(&operation)
        memory.operations.record(operation)
    }

    private func receive(
        _ preparation: Preparation
    ) async throws(StagingRefusal) -> (Received, Voucher) {
        switch preparation.origin {
        case .file(let file):
            return (try await copy(file, preparation), Voucher(isOperator: preparation.mayVouch))
        case .address(let address):
            let isNamed = address.checksum.isDigest
            let received = try await download(
                address, fetching(preparation, preparation.mayVouch ? .operator : .chain),
                preparation)
            return (received, Voucher(isOperator: preparation.mayVouch && isNamed))
        case .plan(let info, _):
            let fetching = fetching(preparation, .chain)
            let found = try await source(of: info, fetching)
            let received = try await download(found.address, fetching, preparation)
            var voucher = Voucher()
            if case .digests(let digests) = found.address.checksum, found.isBound {
                voucher.planDigests = digests
            }
            voucher.isPermitted = setup.downloads
            return (received, voucher)
        }
    }

    private func fetching(
        _ preparation: Preparation, _ origin: FetchOrder.Origin
    ) -> Fetching {
        // What a plan names is what the chain has agreed on; a token of scope stage reaches no
        // private address with an address of its own.
        let isOwn = preparation.origin.source == .url && !preparation.mayVouch
        return Fetching(
            origin: origin, allowsPrivate: setup.fetchesPrivate && !isOwn, stop: preparation.stop)
    }

    /// Fetches into quarantine, and compares with the digest that is named for it.
    private func download(
        _ address: BinaryAddress, _ fetching: Fetching, _ preparation: Preparation
    ) async throws(StagingRefusal) -> Received {
        let checksum = try await checksum(of: address, fetching)
        var fetching = fetching
        fetching.tell = { node, done, total in node.tell(preparation, done, total) }
        let empty = try await begin(preparation, checksum)
        let received = try await complete(empty) { [fetching] () throws(StagingRefusal) in
            try await fetch(address.url, into: empty, fetching)
        }
        if let objection = await objection(to: received, checksum) {
            await staging.pool.run { [staging] in staging.quarantine.discard(received.id) }
            throw .digestRefused(objection)
        }
        return received
    }

    /// Why these are not the bytes that were named; a clause.
    private func objection(to received: Received, _ checksum: Checksum) async -> String? {
        switch checksum {
        case .none, .list: return nil
        case .digests(let named):
            return received.digests.fit(named) ? nil : named.difference(to: received.digests)
        case .weak(let named):
            let quarantine = staging.quarantine
            let found = await staging.pool.run {
                (try? quarantine.content(of: received))?.digest(named.algorithm)
            }
            if found == named { return nil }
            return "it should have the \(named.algorithm.rawValue) \(named.hex) and has "
                + (found?.hex ?? "?")
        }
    }

    private func tell(_ preparation: Preparation, _ done: Int64, _ total: Int64?) {
        change(preparation) { operation in
            operation.progress = Operation.Progress(done: done, total: total, unit: .bytes)
        }
        publishing.raise()
    }

    /// Into quarantine, turn by turn, so that others get theirs on the pool.
    private func copy(
        _ file: LocalFile, _ preparation: Preparation
    ) async throws(StagingRefusal) -> Received {
        let empty = try await begin(preparation, .none, length: file.size)
        return try await complete(empty) { () throws(StagingRefusal) in
            var intake = empty
            while intake.offset < file.size {
                guard !preparation.stop.isRaised, !Task.isCancelled else { throw .cancelled }
                try await staging.copyMore(of: file, to: &intake)
                tell(preparation, intake.offset, file.size)
            }
            return intake
        }
    }

    /// - Parameter length: Of what is ours already; what others still have a hand on is looked at
    ///   when all of it has come.
    private func begin(
        _ preparation: Preparation, _ checksum: Checksum, length: Int64? = nil
    ) async throws(StagingRefusal) -> Intake {
        var announcement = Quarantine.Announcement(
            plan: preparation.name, originator: preparation.originator)
        announcement.length = length
        announcement.judgesHead = length != nil
        // Half as fast as SHA-256, so only for who asks for it.
        let target = try await stagingTarget(for: preparation.name)
        announcement.needsSHA512 = target.needsSHA512 || checksum.isSHA512
        let quarantine = staging.quarantine
        return try await staging.pool.run { [announcement] () throws(StagingRefusal) in
            try quarantine.begin(announcement)
        }
    }

    /// Has an intake filled and completed, or discarded.
    private func complete(
        _ empty: Intake, _ fill: () async throws(StagingRefusal) -> Intake
    ) async throws(StagingRefusal) -> Received {
        do throws(StagingRefusal) {
            let intake = try await fill()
            return try await staging.pool.run { () throws(StagingRefusal) in
                try intake.complete()
            }
        } catch {
            await staging.pool.run { empty.discard() }
            throw error
        }
    }
}

extension Checksum {
    fileprivate var isSHA512: Bool {
        guard case .digests(let named) = self else { return false }
        return named.sha512 != nil
    }

    /// It names the bytes themselves, by a digest that nobody can forge.
    fileprivate var isDigest: Bool {
        guard case .digests = self else { return false }
        return true
    }
}
