import Testing

@testable import Supervisor

struct ContentDigestsTests {
    @Test func `digests are as sha256sum and sha512sum print them`() {
        var digest = RunningDigest(withSHA512: true)
        for piece in ["a", "", "bc"] { digest.update(Array(piece.utf8)) }
        // FIPS 180-2, appendices B.1 and C.1.
        #expect(
            digest.digests
                == ContentDigests(
                    sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                    sha512: "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"))
        #expect(RunningDigest().digests.sha512 == nil)
    }

    @Test func `a copy of a running digest goes its own way`() {
        var digest = RunningDigest()
        digest.update([1])
        let mark = digest
        digest.update([2])
        #expect(digest.digests != mark.digests)
        var other = mark
        other.update([2])
        #expect(other.digests == digest.digests)
    }

    @Test func `digests fit when they share an algorithm and agree on all they share`() {
        let both = ContentDigests(sha256: "a", sha512: "b")
        #expect(both.fit(ContentDigests(sha256: "a")))
        #expect(both.fit(ContentDigests(sha512: "b")))
        #expect(!both.fit(ContentDigests(sha256: "a", sha512: "c")))
        #expect(!both.fit(ContentDigests()))
        #expect(!ContentDigests(sha256: "a").fit(ContentDigests(sha512: "b")))
        #expect(both.contradict(ContentDigests(sha512: "c")))
        #expect(!both.contradict(ContentDigests()))
    }
}
