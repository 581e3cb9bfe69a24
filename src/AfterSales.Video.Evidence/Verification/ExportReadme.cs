using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Evidence.Verification;

/// <summary>README.txt of an export: how to check it with our tool, and how without.</summary>
public static class ExportReadme
{
    /// <param name="recordingId">From the manifest.</param>
    /// <param name="keysAddress">Where the merchant publishes the public keys.</param>
    public static string Text(string recordingId, Uri keysAddress) => $"""
        Recording {recordingId}
        {new string('=', 10 + recordingId.Length)}

        This folder holds a recorded call and everything needed to check that it is the one that was made: nothing in it was changed,
        removed or added since. Keep it as it is; a player opens the files in files/.

        1. With the tool (no network needed)

            AfterSales.Video.Verify <this folder or the ZIP>

        It prints Verified, Failed or Incomplete, and where and why. To be sure who signed, get the merchant's public keys yourself from

            {keysAddress}

        and add: --keys <that file>. With the root certificate of the time-stamping authority add: --tsa-roots <file>.

        2. By hand, with openssl and jq

        The signature of the manifest:

        {OpenSslCommands}

        "Verified OK" means that payload.json is what that key signed. In it stand the SHA-256 of every file in files/ and segments/:

            sha256sum files/* segments/*

        A timestamp (when there are any) says when an independent authority saw a document:

            openssl ts -verify -data manifest.dsse.json -in timestamps/manifest.tsr -CAfile <root of the authority>

        The formats are described in the product's sources: recordings-schema/manifest, recordings-schema/journal, recordings-schema/custody.
        data-key.hex is the key of this one recording; whoever has it and segments/ has its content.

        """.ReplaceLineEndings("\n");

    /// <summary>Runs in a POSIX shell inside the export.</summary>
    public static string OpenSslCommands { get; } = $"""
            jq -r .payload manifest.dsse.json | base64 -d > payload.json
            jq -r '.signatures[0].sig' manifest.dsse.json | base64 -d > signature.der
            key=$(jq -r '.signatures[0].keyid' manifest.dsse.json)
            jq -r --arg key "$key" '.keys[] | select(.keyId == $key) | .publicKeyPem' keys.json > key.pem
            (printf 'DSSEv1 {PayloadTypes.Manifest.Length} {PayloadTypes.Manifest} %d ' "$(wc -c < payload.json)"; cat payload.json) > signed.bin
            openssl dgst -sha256 -verify key.pem -signature signature.der signed.bin
        """.ReplaceLineEndings("\n");
}
