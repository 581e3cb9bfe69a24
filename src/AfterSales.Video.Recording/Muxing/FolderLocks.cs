namespace AfterSales.Video.Recording.Muxing;

/// <summary>One step at a time in a folder: a job that was started twice must not write the same temporary file twice at once.</summary>
internal sealed class FolderLocks
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Completes when the folder is free; dispose what it gives to leave it.</summary>
    public async Task<IDisposable> EnterAsync(string folder, CancellationToken ct)
    {
        var entry = Take(Path.GetFullPath(folder));
        try
        {
            await entry.Turn.WaitAsync(ct);
            return entry.NewHold(this);
        }
        catch
        {
            Return(entry);
            throw;
        }
    }

    private Entry Take(string folder)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(folder, out var entry))
                _entries.Add(folder, entry = new Entry(folder));
            entry.Users++;
            return entry;
        }
    }

    private void Return(Entry entry)
    {
        lock (_lock)
        {
            if (--entry.Users > 0)
                return;
            _entries.Remove(entry.Folder);
            entry.Turn.Dispose();
        }
    }

    private sealed class Entry(string folder)
    {
        public string Folder => folder;
        public SemaphoreSlim Turn { get; } = new(1, 1);
        public int Users { get; set; }

        public Hold NewHold(FolderLocks owner) => new Hold(owner, this);
    }

    private sealed class Hold(FolderLocks owner, Entry entry) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) != 0)
                return;
            entry.Turn.Release();
            owner.Return(entry);
        }
    }
}
