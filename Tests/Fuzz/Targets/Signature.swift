@testable import Supervisor

/// A signature that is read has one form only, and none holds that is not in the corpus.
func checkSignature(_ bytes: [UInt8]) {
    guard let signature = try? SSHSignature(armored: bytes) else { return }
    let text = SSHArmor.text(of: signature.blob)
    guard let again = try? SSHSignature(armored: text) else { fatalError("\(text) is not read") }
    expect(again == signature, "\(text) is another signature")
    guard let key = try? SSHPublicKey(blob: signature.key.blob) else {
        fatalError("its key is not read alone")
    }
    expect(key == signature.key, "its key is another one alone")
    checkProof(signature)
}

private func checkProof(_ signature: SSHSignature) {
    let content = digests(of: Array("fuzz".utf8))
    expect(
        (try? signature.verify(content, namespace: signature.namespace + "x")) == nil,
        "it holds for another namespace")
    guard (try? signature.verify(content, namespace: "switchyard")) != nil else { return }
    expect(
        genuine.contains(digests(of: signature.blob).sha256 ?? ""), "a signature was made up")
}

private func digests(of bytes: [UInt8]) -> ContentDigests {
    var digest = RunningDigest(withSHA512: true)
    digest.update(bytes)
    return digest.digests
}

/// SHA-256 of the signatures in the corpus that hold.
private let genuine: Set<String> = [
    "6d7f178701d9a2f9d686d4a27ffcb9749f190dcf6ef2b0ac9c8325f555e51542",
    "90d5e876cc5fb1b1d7e52382e8bd8547542d3ace709f482bdc32295acf867b6f",
    "496f9cd4340f2beff22d3b5b435260ceec117ebd2675f4820b87b03f113af1e8",
    "1ee08deaa52fd5e362e03a5a325d1b1f9e86d5113077c853fba530e72394e05e",
]
