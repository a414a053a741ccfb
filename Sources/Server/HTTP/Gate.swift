import API

/// What a listener asks of every request before any route is looked for.
///
/// In this order: its Host, its origin, its peer; then it says who the caller is.
struct Gate: Sendable {
    let hosts: HostRule
    let standing: PeerPolicy.Standing

    func caller(of head: RequestHead) throws(Problem) -> Caller {
        guard hosts.admits(head.host) else { throw .hostRefused }
        guard isOfOurOrigin(head), isNoForeignFetch(head) else { throw .originRefused }
        switch standing {
        case .refused: throw .peerRefused
        case .admitted: guard !isProxied(head) else { throw .proxyOnPeerSocket }
        case .byToken: break
        }
        // A token is judged alone, on every listener; none is known yet.
        guard head.headers["authorization"] == nil else { return .invalidToken }
        return switch standing {
        case .admitted(let uid), .refused(let uid): .peer(uid: uid)
        case .byToken: .anonymous
        }
    }

    private func isOfOurOrigin(_ head: RequestHead) -> Bool {
        let origins = head.headers.all("origin")
        guard let origin = origins.first else { return true }
        guard origins.count == 1 else { return false }
        for scheme in ["http://", "https://"] where origin.lowercased().hasPrefix(scheme) {
            let authority = origin.lowercased().dropFirst(scheme.count)
            return authority == head.host || hosts.allowed.contains(String(authority))
        }
        return false
    }

    /// Browsers say what a request is for (Fetch Metadata); only a link to the start page may come
    /// from elsewhere.
    private func isNoForeignFetch(_ head: RequestHead) -> Bool {
        let sites = head.headers.all("sec-fetch-site")
        guard !sites.allSatisfy({ $0 == "same-origin" || $0 == "none" }) else { return true }
        return head.headers.all("sec-fetch-mode") == ["navigate"] && head.method == .get
            && head.target.path == "/"
    }

    /// A tripwire only: nginx without further configuration speaks HTTP/1.0 and adds no field.
    private func isProxied(_ head: RequestHead) -> Bool {
        head.version == .http10
            || head.headers.fields.contains { field in
                field.name == "forwarded" || field.name == "via" || field.name == "x-real-ip"
                    || field.name.hasPrefix("x-forwarded-")
            }
    }
}
