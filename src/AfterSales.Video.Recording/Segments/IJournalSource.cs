namespace AfterSales.Video.Recording.Segments;

/// <summary>A journal, being written or found on disk, whose bytes are to be put into the store.</summary>
public interface IJournalSource
{
    string TenantId { get; }
    string RecordingId { get; }

    /// <summary>All parts in order with what is on the device for sure. Grows; any thread.</summary>
    IReadOnlyList<PartProgress> Progress { get; }
}

/// <param name="Part">1 for the first.</param>
/// <param name="Path">The part's file.</param>
/// <param name="Length">Bytes of it that are on the device and count; ends between two blocks.</param>
/// <param name="Finished">True when nothing will be added.</param>
public readonly record struct PartProgress(int Part, string Path, long Length, bool Finished);
