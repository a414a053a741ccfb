import FoundationEssentials
import StageMessages
import Testing

@Suite(.enabled(if: Archives.areMade, "python3 is not installed"))
struct DamageTests {
    @Test(arguments: [
        ("twice.tar.gz.gz", "compressed more than once"),
        ("twice.tar.gz.xz", "packed more than once"), ("zip.gz", "packed more than once"),
        ("text.gz", "neither a tar nor a program"), ("empty", "is empty"),
        ("page.tar.gz", "is a web page, not an archive"), ("script.tar.gz", "is a script"),
        ("elf.zip", "is an ELF program"), ("answer.zip", "is JSON"),
        ("seven.7z", "is a 7z archive, which is not taken"),
        ("noise", "no tar, gz, bz2, xz, zst or zip"),
    ])
    func `what is no archive that is taken is told by what it is`(
        file: String, words: String
    ) throws {
        try expect(file, .formatRefused, words)
    }

    @Test(arguments: [
        ("broken.tar.gz", ""), ("broken-header.tar", "Damaged tar archive"),
        ("broken-sum.zip", "ZIP bad CRC"),
        ("mismatch-size.zip", "3 in central directory, 16400 in local header"),
        ("promise-most.tar", "size overflow"), ("promise-negative.tar", "negative size"),
        ("large-header.tar.gz", "header too large"),
    ])
    func `an archive that contradicts itself is damaged`(archive: String, words: String) throws {
        try expect(archive, .archiveDamaged, words)
    }

    /// The two names of a file in a zip; every reader may take the other.
    @Test func `of two names an entry gets one, below the folder`() throws {
        let unpacking = try Unpacking()
        _ = try unpacking.run("mismatch-name.zip")
        #expect(try unpacking.files().count <= 2)
        try unpacking.expectNoHarm("mismatch-name.zip")
    }

    @Test(arguments: [
        "cheqd.tar.gz", "plain.tar", "tar.bz2", "tar.xz", "tar.zst", "provenance.zip", "lone.gz",
        "lone.bz2", "lone.xz", "lone.zst",
    ])
    func `an archive is noticed to be cut off, wherever`(archive: String) throws {
        let whole = try bytes(of: archive)
        // A plain tar ends with zeros, by the kilobyte.
        let length = archive == "plain.tar" ? 512 * 35 : whole.count
        let cuts = (1..<12).map { length * $0 / 12 } + [4, 20, length - 9, length - 1]
        for cut in cuts {
            let unpacking = try Unpacking()
            let end = try unpacking.run(bytes: Array(whole.prefix(cut)))
            guard case .failed(let failure) = end.report else {
                Issue.record("\(cut) of \(whole.count): \(String(describing: end.report))")
                continue
            }
            let isTold =
                failure.kind == .archiveDamaged || cut < 500 && failure.kind == .formatRefused
            #expect(isTold, "\(cut) of \(whole.count): \(failure)")
            try unpacking.expectNoHarm(archive)
        }
    }

    @Test(arguments: ["cronos.tar.gz", "plain.tar", "provenance.zip", "tar.xz", "attributes.tar"])
    func `no bytes that are changed make it crash or leave its folder`(archive: String) throws {
        let whole = try bytes(of: archive)
        var random = UInt64(archive.utf8.count) | 1
        let below = { (bound: Int) -> Int in
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % bound
        }
        for _ in 0..<25 {
            var bytes = whole
            for _ in 0...below(6) {
                // Headers, of which there are more at the beginning.
                bytes[below(below(2) == 0 ? min(1024, bytes.count) : bytes.count)] = UInt8(
                    below(256))
            }
            let unpacking = try Unpacking()
            let end = try unpacking.run(bytes: bytes)
            #expect(end.code == (end.report == .finished ? 0 : 1))
            try unpacking.expectNoHarm(archive)
        }
    }

    private func bytes(of archive: String) throws -> [UInt8] {
        try #require(Archives.complaint == "")
        return try Array(Data(contentsOf: URL(filePath: Archives.folder + "/" + archive)))
    }

    private func expect(
        _ archive: String, _ kind: StageFailure.Kind, _ words: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let unpacking = try Unpacking()
        let end = try unpacking.run(archive)
        guard case .failed(let failure) = end.report else {
            Issue.record(
                "\(archive): \(String(describing: end.report))", sourceLocation: sourceLocation)
            return
        }
        #expect(failure.kind == kind, "\(failure)", sourceLocation: sourceLocation)
        let isTold = words.isEmpty || failure.detail.contains(words)
        #expect(isTold, "\(failure)", sourceLocation: sourceLocation)
        try unpacking.expectNoHarm(archive, sourceLocation: sourceLocation)
    }
}
