namespace AfterSales.Video.Evidence.Verification;

/// <summary>Names in an export (docs of recordings-schema/manifest/v1/README.md §5).</summary>
public static class ExportNames
{
    public const string Manifest = "manifest.dsse.json";
    public const string Checkpoints = "checkpoints.json";
    public const string Receipt = "receipt.dsse.json";
    public const string Keys = "keys.json";
    public const string DataKey = "data-key.hex";

    /// <summary>Signed list of all other files; written last.</summary>
    public const string List = "export.dsse.json";

    /// <summary>Envelopes of files made after the manifest (court copies).</summary>
    public const string Derivatives = "derivatives.json";

    /// <summary>What is left of an erased recording; never in an export with media.</summary>
    public const string Tombstone = "tombstone.dsse.json";
    public const string TsaRoots = "tsa-roots.pem";
    public const string Custody = "custody.json";
    public const string CustodyRoots = "custody-roots.json";
    public const string Readme = "README.txt";
    public const string Segments = "segments/";
    public const string Files = "files/";
    public const string Timestamps = "timestamps/";
}
