using AfterSales.Video.Server.Features.EvidenceKeys.Public;

namespace AfterSales.Video.Server.Features.Review;

/// <summary>What a person finds who opens an export without knowing this program.</summary>
internal static class ExportReadme
{
    public static string Text(string recordingId) =>
        $"""
        Evidence of recording {recordingId}

        WHAT IS HERE
          manifest.dsse.json   what was recorded, and the SHA-256 of everything below; signed (DSSE, ECDSA P-256)
          checkpoints.json     signed during the call, every few seconds, and handed to both participants at once
          receipt.dsse.json    the receipt the buyer got when the call ended
          keys.json            public keys; compare with the server's {EvidenceOptions.PublishedAt}
          export.dsse.json     signed list of all these files: nothing was added, changed or left out since the export
          derivatives.json     signed statements about files made later (court copies), when there are any
          data-key.hex         the key (AES-256-GCM) that opens this recording's journal and nothing else
          segments/            the journal as it was written during the call: every packet, encrypted, hash-chained
          files/               what can be played, made from the journal
          timestamps/          RFC 3161 replies of an independent authority, when one was configured
          custody.json         who did what with the recording; custody-roots.json: the signed daily roots of that log

        VERIFY WITH THE TOOL (needs no network)
          AfterSales.Video.Verify <this folder or ZIP>
          Exit code 0: Verified. 1: Failed, and where. 2: Incomplete, and why.

        VERIFY BY HAND (openssl, python3; in the unpacked folder)
          The signature of the manifest:
            python3 - <<'PY'
            import base64, json
            e = json.load(open('manifest.dsse.json'))
            body, kind = base64.b64decode(e['payload']), e['payloadType'].encode()
            open('manifest.json', 'wb').write(body)
            open('signed.bin', 'wb').write(b'DSSEv1 %d %s %d %s' % (len(kind), kind, len(body), body))
            open('signature.der', 'wb').write(base64.b64decode(e['signatures'][0]['sig']))
            keys = json.load(open('keys.json'))['keys']
            open('key.pem', 'w').write([k for k in keys if k['keyId'] == e['signatures'][0]['keyid']][0]['publicKeyPem'])
            PY
            openssl dgst -sha256 -verify key.pem -signature signature.der signed.bin
          The files: compare `sha256sum files/* segments/*` with the digests in manifest.json.
          A timestamp of the manifest:
            openssl ts -verify -in timestamps/manifest.tsr -data manifest.dsse.json -CAfile tsa-roots.pem
          The journal's format, byte by byte: recordings-schema/journal/v1/README.md of the project.

        """;
}
