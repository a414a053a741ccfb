import Supervisor

/// An info leads to one https address that may be printed anywhere, or to a refusal in plain words.
///
/// The first byte says what is asked of it.
func checkPlanInfo(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let rules = SourceRules(
        platform: first & 1 == 0 ? "linux/amd64" : "linux/arm64",
        daemon: first & 2 == 0 ? "exampled" : "", mustHaveChecksum: first & 4 != 0,
        allowsWeakDigests: first & 8 != 0)
    let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
    check(SourceDecision(info: text, rules), rules)
    let fetched = SourceDecision(fetchedInfo: text, rules)
    check(fetched, rules)
    if case .fetchInfo = fetched { fatalError("the content behind an address was followed") }
    checkList(text, rules)
}

private func check(_ decision: SourceDecision, _ rules: SourceRules) {
    switch decision {
    case .fetch(let address, let key, let remarks):
        check(address, rules)
        expect(key == rules.platform || key == "any", "the entry for \(key) was taken")
        expect(remarks.allSatisfy(isPlain), "\(remarks) is not plain")
    case .fetchInfo(let address): check(address, rules)
    case .refused(let refusal): check(refusal)
    }
}

private func check(_ address: BinaryAddress, _ rules: SourceRules) {
    expect(address.url.hasPrefix("https://"), "\(address.url) is not https")
    expect(address.url.utf8.count <= 2048, "the address is too long")
    expect(address.url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }, "\(address.url) is not plain")
    let authority = address.url.dropFirst("https://".count).prefix { $0 != "/" && $0 != "?" }
    expect(!authority.isEmpty && !authority.contains("@"), "\(authority) is no host")
    check(address.checksum, rules)
    expect(address.checksum != .none || !rules.mustHaveChecksum, "it has no checksum")
    // What is to be asked for says nothing to us any more.
    if let again = try? BinaryAddress(info: address.url, SourceRules()) {
        expect(again.url == address.url && again.checksum == .none, "\(again) is \(address) anew")
    }
}

private func check(_ checksum: Checksum, _ rules: SourceRules) {
    switch checksum {
    case .none: break
    case .digests(let digests):
        expect(!digests.isEmpty, "there is no digest")
        expect(digests.sha256.map { isHex($0, 64) } ?? true, "\(digests) is no digest")
        expect(digests.sha512.map { isHex($0, 128) } ?? true, "\(digests) is no digest")
    case .weak(let digest):
        expect(rules.allowsWeakDigests, "\(digest) was not asked for")
        expect(isHex(digest.hex, digest.algorithm == .md5 ? 32 : 40), "\(digest) is no digest")
    case .list(let url): expect(url.hasPrefix("https://"), "\(url) is not https")
    }
}

private func check(_ refusal: SourceRefusal) {
    expect(isPlain(refusal.reason), "\(refusal.reason) is not plain")
    expect(refusal.reason.utf8.count <= 4096, "the reason has no end")
}

/// The text as a list of checksums, in which the first word that could be one is looked for.
private func checkList(_ text: String, _ rules: SourceRules) {
    let name = text.split(whereSeparator: \.isWhitespace).dropFirst().first.map(String.init) ?? ""
    do throws(SourceRefusal) {
        let checksum = try ChecksumList.digest(for: name, in: text, rules)
        expect(checksum != .none, "the list led to nothing")
        check(checksum, rules)
    } catch {
        check(error)
    }
}

private func isHex(_ text: String, _ count: Int) -> Bool {
    text.utf8.count == count && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
}

private func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
}
