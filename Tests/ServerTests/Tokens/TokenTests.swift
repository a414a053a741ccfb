import Crypto
import FoundationEssentials
import Testing

@testable import API
@testable import Server

struct TokenTests {
    private static let secret = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE"
    private static let text = "sy_k7qm2x4a_" + secret

    @Test func `new tokens have the form and are all different`() {
        let tokens = (0..<1000).map { _ in Token() }
        for token in tokens {
            let isOfTheForm =
                token.text.wholeMatch(of: /sy_[a-z2-7]{8}_[A-Za-z0-9_\-]{43}/) != nil
            #expect(isOfTheForm)
            #expect(Token(token.text)?.digest == token.digest)
        }
        #expect(Set(tokens.map(\.text)).count == 1000)
        #expect(Set(tokens.map(\.id)).count == 1000)
    }

    @Test func `a secret has 256 bits that are all used`() {
        // Each position but the last, which has four bits, takes every character sooner or later.
        let secrets = (0..<4000).map { _ in Array(Token().text.utf8.suffix(43)) }
        let variety = (0..<43).map { position in Set(secrets.map { $0[position] }).count }
        #expect(variety == Array(repeating: 64, count: 42) + [16])
    }

    @Test func `the digest is that of the secret's characters`() throws {
        let token = try #require(Token(Self.text))
        #expect("\(token.id)" == "k7qm2x4a")
        #expect(token.text == Self.text)
        #expect(token.digest == SHA256.hash(data: Array(Self.secret.utf8)))
    }

    private static let others: [String] = [
        "", "sy_", "sy_k7qm2x4a", "\(text)A", "sy_k7qm2x4a_\(secret.dropLast())", " \(text)",
        "\(text)\n", "SY_k7qm2x4a_\(secret)", "sx_k7qm2x4a_\(secret)", "sy_k7qm2x41_\(secret)",
        "sy_K7qm2x4a_\(secret)", "sy_k7qm2x4a-\(secret)", "sy_k7qm2x4a_\(secret.dropLast())+",
        "sy_k7qm2x4a_\(secret.dropLast())=", "sy_k7qm2x4a_\(secret.dropLast(2))é",
    ]

    @Test(arguments: others)
    func `what has not the form is no token`(text: String) {
        #expect(Token(text) == nil)
    }

    @Test(arguments: ["Bearer \(text)", "bearer \(text)", "BEARER  \(text)"])
    func `a bearer token is found`(field: String) {
        #expect(Token(authorization: field)?.text == Self.text)
    }

    @Test(arguments: [
        "", "Bearer", "Bearer ", text, "Basic \(text)", "Bearer\t\(text)", "Bearer \(text) x",
        "Bearer \(text),Bearer \(text)", "Bearer token=\(text)", "Digest x", "Bearer \"\(text)\"",
    ])
    func `any other credentials are none`(field: String) {
        #expect(Token(authorization: field) == nil)
    }
}

struct MomentTests {
    @Test(arguments: [
        ("2026-11-23T06:55:57.120Z", 1_795_416_957.12), ("2026-11-23T06:55:57Z", 1_795_416_957),
        ("2026-11-23T07:55:57+01:00", 1_795_416_957), ("2026-11-22T18:25:57-12:30", 1_795_416_957),
        ("2026-11-23", 1_795_392_000), ("2024-02-29", 1_709_164_800), ("1970-01-01", 0),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ])
    func `moments of RFC 3339 are read`(text: String, seconds: Double) {
        #expect(Date(rfc3339: text)?.timeIntervalSince1970 == seconds)
    }

    @Test(arguments: [
        "", "2026", "2026-11", "2026-1-2", "2026-02-29", "2026-13-01", "2026-00-10", "2026-11-31",
        "2026-11-23T", "2026-11-23T06:55Z", "2026-11-23T06:55:57", "2026-11-23T24:00:00Z",
        "2026-11-23T06:60:00Z", "2026-11-23T06:55:61Z", "2026-11-23T06:55:57.Z",
        "2026-11-23T06:55:57+1:00", "2026-11-23T06:55:57+24:00", "2026-11-23T06:55:57Zx",
        "2026-11-23 06:55:57Z", "-026-11-23", "+026-11-23", " 2026-11-23", "2026-11-23Z",
    ])
    func `anything else is no moment`(text: String) {
        #expect(Date(rfc3339: text) == nil)
    }
}
