using System.Buffers;
using System.Security.Cryptography;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Evidence.Verification;

/// <summary>An envelope that was checked: what the key and timestamp checks need of it.</summary>
/// <param name="ClaimedAt">When the document says it was made.</param>
internal sealed record SignedItem(string Where, string Sha256, DateTimeOffset ClaimedAt, IReadOnlyList<PublishedKey> Keys);

/// <summary>What the checks of one export share.</summary>
internal sealed class ExportContext(IExportFiles files, VerificationOptions options, CancellationToken ct)
{
    /// <summary>Largest document that is read whole.</summary>
    private const int MaxDocument = 32 * 1024 * 1024;
    private readonly Dictionary<string, string> _digests = new(StringComparer.Ordinal);

    public IExportFiles Files => files;
    public VerificationOptions Options => options;
    public CancellationToken Cancellation => ct;
    public Checklist Checks { get; } = new();
    public EvidenceKeySet Keys { get; set; } = EvidenceKeySet.Empty;
    public Manifest? Manifest { get; set; }
    public string ManifestSha256 { get; set; } = "";
    public byte[] DataKey { get; set; } = [];
    public List<Checkpoint> Checkpoints { get; } = [];
    public List<SignedItem> Signed { get; } = [];
    public Dictionary<int, JournalPartState> Parts { get; } = [];

    public bool Has(string name) => files.Lengths.ContainsKey(name);

    /// <summary>SHA-256 of a file, hex; read once.</summary>
    public string DigestOf(string name)
    {
        if (_digests.TryGetValue(name, out var known))
            return known;
        using var stream = files.Open(name);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                ct.ThrowIfCancellationRequested();
                sha.AppendData(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return _digests[name] = Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    /// <summary>False, and told, when the file is missing or too large to be such a document.</summary>
    public bool TryRead(string check, string name, out byte[] content, int most = MaxDocument)
    {
        content = [];
        if (!files.Lengths.TryGetValue(name, out var length))
        {
            Checks.Incomplete(check, name, "is missing");
            return false;
        }

        if (length > most)
        {
            Checks.Fail(check, name, "is larger than such a document can be");
            return false;
        }

        // Grows with what is there: the stated length may be a lie.
        using var stream = files.Open(name);
        using var whole = new MemoryStream((int)Math.Min(length, 16 * 1024));
        stream.CopyTo(whole, 16 * 1024);
        content = whole.ToArray();
        return true;
    }

    /// <summary>Reads an envelope, checks type, signature and content. Failures are told.</summary>
    public bool TryOpen<T>(string check, string where, DsseEnvelope envelope, SignedDocument<T> kind, Func<T, DateTimeOffset> claimedAt, out T document)
    {
        document = default!;
        var signature = Keys.Check(envelope, kind.PayloadType);
        if (!signature.IsValid)
        {
            Checks.Fail(check, where, signature.Problem);
            return false;
        }

        if (!kind.TryRead(envelope, out document, out var problem))
        {
            Checks.Fail(check, where, problem);
            return false;
        }

        Signed.Add(new SignedItem(where, DigestOf(envelope), claimedAt(document), signature.Keys));
        return true;
    }

    /// <summary>Reads a file that is one envelope.</summary>
    public bool TryOpen<T>(string check, string name, SignedDocument<T> kind, Func<T, DateTimeOffset> claimedAt, out T document)
    {
        document = default!;
        if (!TryRead(check, name, out var json))
            return false;
        if (DsseEnvelope.TryParse(json, out var envelope, out var problem))
            return TryOpen(check, name, envelope, kind, claimedAt, out document);
        Checks.Fail(check, name, problem);
        return false;
    }

    /// <summary>Reads a file that is an array of envelopes.</summary>
    public bool TryReadEnvelopes(string check, string name, out IReadOnlyList<DsseEnvelope> envelopes)
    {
        envelopes = [];
        if (!TryRead(check, name, out var json))
            return false;
        if (DsseEnvelope.TryParseArray(json, out envelopes, out var problem))
            return true;
        Checks.Fail(check, name, problem);
        return false;
    }

    public static string DigestOf(DsseEnvelope envelope) => Convert.ToHexStringLower(SHA256.HashData(envelope.ToJson()));
}
