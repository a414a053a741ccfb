import FoundationEssentials
import Glibc

extension BenchHome {
    /// Waits until the supervisor's status shows this daemon: then the start is behind it.
    func settles(on pid: pid_t) throws(BenchError) {
        guard try eventually({ statusShows(pid) }) else {
            throw missed("a status with the daemon")
        }
    }

    private func statusShows(_ pid: pid_t) -> Bool {
        guard let body = answer(to: "/v1/status"),
            let status = try? JSONDecoder().decode(StatusView.self, from: Data(body.utf8))
        else { return false }
        return status.phase.name == "running" && status.daemon?.pid == pid
    }

    /// One request over the Unix socket; nil when the API does not answer yet.
    private func answer(to target: String) -> String? {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = path + "/cosmovisor/.switchyard/api.sock"
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8.prefix(107)) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let isConnected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, length) == 0
            }
        }
        let request = "GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        guard isConnected, send(socket, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0
        else { return nil }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        let text = String(decoding: answer, as: UTF8.self)
        return text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) }
    }
}

private struct StatusView: Decodable {
    struct Phase: Decodable { let name: String }
    struct Daemon: Decodable { let pid: Int32? }
    let phase: Phase
    let daemon: Daemon?
}
