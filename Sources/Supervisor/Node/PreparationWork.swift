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
            let received = try await copy(file, preparation, .none, showsProgress: true)
            return (received, Voucher(isOperator: preparation.mayVouch))
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

    /// Fetches, compares with the digest that is named for it, and takes into quarantine.
    private func download(
        _ address: BinaryAddress, _ fetching: Fetching, _ preparation: Preparation
    ) async throws(StagingRefusal) -> Received {
        let checksum = try await checksum(of: address, fetching)
        var fetching = fetching
        fetching.tell = { node, done, total in node.tell(preparation, done, total) }
        let file = try await fetch(address.url, limit: setup.staging.maxSize, fetching)
        let received = try await copy(file, preparation, checksum, showsProgress: false)
        if let objection = await objection(to: received, checksum) {
            await staging.pool.run { [staging] in staging.quarantine.discard(received.id) }
            throw .digestRefused(objection)
        }
        return received
    }

    /// Why these are not the bytes that were named; a clause.
    ///
    /// Of our copy alone: what was fetched into, others have had open.
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

    /// Into quarantine, some megabytes at a time, so that others get their turn on the pool.
    private func copy(
        _ file: LocalFile, _ preparation: Preparation, _ checksum: Checksum, showsProgress: Bool
    ) async throws(StagingRefusal) -> Received {
        var announcement = Quarantine.Announcement(
            plan: preparation.name, originator: preparation.originator)
        announcement.length = file.size
        // Half as fast as SHA-256, so only for who asks for it.
        let target = try await stagingTarget(for: preparation.name)
        announcement.needsSHA512 = target.needsSHA512 || checksum.isSHA512
        let quarantine = staging.quarantine
        var intake = try await staging.pool.run { [announcement] () throws(StagingRefusal) in
            try quarantine.begin(announcement)
        }
        do throws(StagingRefusal) {
            while intake.offset < file.size {
                guard !preparation.stop.isRaised, !Task.isCancelled else { throw .cancelled }
                try await staging.copyMore(of: file, to: &intake)
                if showsProgress { tell(preparation, intake.offset, file.size) }
            }
            return try await staging.pool.run { [intake] () throws(StagingRefusal) in
                try intake.complete()
            }
        } catch {
            await staging.pool.run { [intake] in intake.discard() }
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
