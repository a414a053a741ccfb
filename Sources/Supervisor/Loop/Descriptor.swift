import Glibc

/// A file descriptor that is closed with its last reference.
package final class Descriptor: Sendable {
    package let number: Int32

    /// Takes over a descriptor that exists.
    package init(owning number: Int32) {
        self.number = number
    }

    /// Takes the result of a call that answers a descriptor or −1 with errno.
    package init(_ result: Int32, call: String, path: String? = nil) throws(SystemError) {
        guard result >= 0 else { throw SystemError(call, path: path) }
        number = result
    }

    /// Takes the result of a call that answers a descriptor or −errno.
    package init(negated result: Int32, call: String, path: String? = nil) throws(SystemError) {
        guard result >= 0 else { throw SystemError(call, path: path, code: -result) }
        number = result
    }

    deinit {
        close(number)
    }
}

/// A system call that failed: which, on what, and errno.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    package let call: String
    package let path: String?
    package let code: Int32

    package init(_ call: String, path: String? = nil, code: Int32 = errno) {
        self.call = call
        self.path = path
        self.code = code
    }

    package var description: String {
        let place = path.map { " \($0)" } ?? ""
        return "\(call)\(place): \(String(cString: strerror(code)))"
    }
}
