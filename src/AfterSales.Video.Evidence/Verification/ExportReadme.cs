using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Evidence.Verification;

/// <summary>README.txt of an export: what a person finds who knows nothing of this product, how to check it with our tool, and how without.</summary>
public static class ExportReadme
{
    /// <param name="recordingId">From the manifest.</param>
    /// <param name="keysAddress">Where the merchant publishes the public keys.</param>
    public static string Text(string recordingId, Uri keysAddress) => $"""
        Recording {recordingId}
        {new string('=', 10 + recordingId.Length)}

        This folder holds a recorded call and everything needed to check that it is the one that was made: nothing in it was changed,
        removed or added since. Keep it as it is; a player opens the files in files/.

        1. What is here

          {ExportNames.Manifest}   what was recorded, and the SHA-256 of everything in files/ and segments/; signed
          {ExportNames.Checkpoints}     signed during the call every few seconds, and handed to both participants at once
          {ExportNames.Receipt}    what the buyer got when the call ended
          {ExportNames.Keys}            public keys
          {ExportNames.List}     signed list of all these files: nothing was added, changed or left out since the export
          {ExportNames.Derivatives}     signed statements about files made later (court copies), when there are any
          {ExportNames.DataKey}         the key (AES-256-GCM) of this one recording; whoever has it and segments/ has its content
          {ExportNames.Segments}            the journal as it was written during the call: every packet, encrypted, in one hash chain
          {ExportNames.Files}               what can be played, made from the journal
          {ExportNames.Timestamps}          replies of an independent time-stamping authority (RFC 3161), when one was configured
          {ExportNames.Custody}         who did what with the recording; {ExportNames.CustodyRoots}: the signed daily roots of that log

        2. With the tool (no network needed)

            AfterSales.Video.Verify <this folder or the ZIP>

        It prints Verified, Failed or Incomplete, and where and why; its exit code is 0, 1 or 2. To be sure who signed, get the merchant's
        public keys yourself from

            {keysAddress}

        and add: --keys <that file>. With the root certificate of the time-stamping authority add: --tsa-roots <file>.

        3. By hand, in the unpacked folder, with openssl, jq and sha256sum

        The signature of the manifest. "Verified OK" means that payload.json is what that key signed:

        {OpenSslCommands}

        The files against the digests in it. Each line must end with OK:

        {DigestCommands}

        When an independent authority saw the manifest, if {ExportNames.Timestamps}manifest.tsr is here. "Verification: OK" means before the time shown. Get
        the authority's root certificate yourself; {ExportNames.TsaRoots} is the one the merchant trusts:

        {TimestampCommands}

        The formats are described in the product's sources: recordings-schema/manifest, recordings-schema/journal, recordings-schema/custody.

        """.ReplaceLineEndings("\n");

    /// <summary>Runs in a POSIX shell inside the export.</summary>
    public static string OpenSslCommands { get; } = $"""
            jq -r .payload {ExportNames.Manifest} | base64 -d > payload.json
            jq -r '.signatures[0].sig' {ExportNames.Manifest} | base64 -d > signature.der
            key=$(jq -r '.signatures[0].keyid' {ExportNames.Manifest})
            jq -r --arg key "$key" '.keys[] | select(.keyId == $key) | .publicKeyPem' {ExportNames.Keys} > key.pem
            (printf 'DSSEv1 {PayloadTypes.Manifest.Length} {PayloadTypes.Manifest} %d ' "$(wc -c < payload.json)"; cat payload.json) > signed.bin
            openssl dgst -sha256 -verify key.pem -signature signature.der signed.bin
        """.ReplaceLineEndings("\n");

    /// <summary>After <see cref="OpenSslCommands"/>: they write payload.json.</summary>
    public static string DigestCommands { get; } = $$"""
            jq -r '.files[] | .sha256 + "  {{ExportNames.Files}}" + .name' payload.json | sha256sum -c
            jq -r '.segments[] | .sha256 + "  {{ExportNames.Segments}}" + .name' payload.json | sha256sum -c
        """.ReplaceLineEndings("\n");

    /// <summary>In an export that has a timestamp of its manifest.</summary>
    public static string TimestampCommands { get; } = $"""
            openssl ts -reply -in {ExportNames.Timestamps}manifest.tsr -text
            openssl ts -verify -data {ExportNames.Manifest} -in {ExportNames.Timestamps}manifest.tsr -CAfile {ExportNames.TsaRoots}
        """.ReplaceLineEndings("\n");
}
