import Testing

/// Certificates for the names and addresses of the tests.
enum Authority {
    /// Makes `server`, `misnamed` and `expired` of `authority`, and `stranger` of another.
    static func makeCertificates(in folder: String) async throws {
        let process = try SpawnedProcess(
            ["sh", "-ec", script], environment: ["FOLDER": folder], output: "/dev/null",
            errors: folder + "/errors")
        try await settled("the certificates are made") { process.exitCode() != nil }
        try #require(process.exitCode() == 0, "\(text(folder + "/errors"))")
    }

    private static let script = """
        cd "$FOLDER"
        key="ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        names="DNS:localhost,DNS:release.example,DNS:flip.example,IP:127.0.0.1,IP:::1,IP:fd00::1"
        names="$names,IP:10.1.2.3,IP:169.254.169.254,IP:93.184.216.34"
        authority() {
            openssl req -x509 -newkey $key -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.crt"
        }
        certificate() {
            openssl req -newkey $key -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
            printf 'subjectAltName=%s\\n' "$2" >"$1.ext"
            openssl x509 -req -in "$1.csr" -CA "$3.crt" -CAkey "$3.key" -CAcreateserial \\
                -extfile "$1.ext" -days "$4" -out "$1.crt"
        }
        authority authority; authority strangers
        certificate server "$names" authority 2
        certificate stranger "$names" strangers 2
        certificate misnamed DNS:elsewhere.example authority 2
        certificate expired "$names" authority -1
        """
}
