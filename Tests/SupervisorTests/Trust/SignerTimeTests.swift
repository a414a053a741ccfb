import FoundationEssentials
import Glibc
import Testing

@testable import Supervisor

struct SignerTimeTests {
    @Test(arguments: [
        ("20260101Z", 1_767_225_600.0), ("202601011230Z", 1_767_270_600),
        ("20260101123045Z", 1_767_270_645), ("20260101utc", 1_767_225_600),
        ("20240229z", 1_709_164_800), ("19700101Z", 0),
    ])
    func `times of UTC are read`(text: String, seconds: Double) {
        #expect(CivilTime(signer: text)?.date == Date(timeIntervalSince1970: seconds))
    }

    @Test(arguments: [
        "", "Z", "2026", "2026010", "202601010", "2026010112304", "202601011230450", "20260230Z",
        "20250229Z", "20261301Z", "20260100Z", "2026010124Z", "202601012400Z", "202601011260Z",
        "20260101123060Z", "2026-01-01Z", "+2026010Z", "20260101 Z", "20260101ZZ", "19691231Z",
        "２０２６０１０１",
    ])
    func `what is no time is not guessed at`(text: String) {
        #expect(CivilTime(signer: text) == nil)
    }

    @Test func `a time without a zone is the host's`() throws {
        var fields = tm()
        (fields.tm_year, fields.tm_mon, fields.tm_mday) = (126, 6, 15)
        (fields.tm_hour, fields.tm_isdst) = (12, -1)
        let seconds = Double(mktime(&fields))
        #expect(CivilTime(signer: "202607151200")?.date?.timeIntervalSince1970 == seconds)
    }

    /// The zone is the process's, so that only another one can have another.
    @Test(
        .enabled(if: SSHKeygen.isThere, "there is no ssh-keygen"),
        arguments: [("20200101", "20991231"), ("20200101", "20210101"), ("20980101", "20991231")])
    func `ssh-keygen finds the same time valid`(after: String, before: String) throws {
        let keygen = try SSHKeygen()
        let signer = HandMadeSigner.ed25519()
        let content = Array("content".utf8)
        let options = "valid-after=\"\(after)\",valid-before=\"\(before)Z\""
        let line = signer.line("a", options: options)
        let key = try SSHPublicKey(blob: signer.key)
        // Whether, not why.
        let ours = try? AllowedSigners(line).principals(
            of: key, namespace: "switchyard", at: .now)
        let theirs = try keygen.verifies(
            signer.signature(of: content), of: content, signers: line, principal: "a")
        #expect((ours != nil) == theirs)
    }

    @Test(arguments: [
        ("2026-12-01T12:00:00Z", 1_796_126_400.0), ("1970-01-01T00:00:00Z", 0),
    ])
    func `times of a manifest are read and written`(text: String, seconds: Double) {
        let date = Date(timeIntervalSince1970: seconds)
        #expect(CivilTime(manifest: text)?.date == date)
        #expect(date.wholeSeconds == text)
    }

    @Test(arguments: [
        "2026-12-01", "2026-12-01T12:00:00", "2026-12-01T12:00:00z", "2026-12-01 12:00:00Z",
        "2026-12-01T12:00:00.0Z", "2026-12-01T12:00:00+00:00", "2026-02-30T12:00:00Z", "",
        "2026-12-01T12:00:0xZ",
    ])
    func `other forms of a manifest's times are not`(text: String) {
        #expect(CivilTime(manifest: text) == nil)
    }
}
