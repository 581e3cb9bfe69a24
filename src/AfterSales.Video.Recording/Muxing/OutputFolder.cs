namespace AfterSales.Video.Recording.Muxing;

/// <summary>Files come into being under a temporary name and get their own when they are right, so that a second run finds no halves.</summary>
internal sealed class OutputFolder(string path)
{
    private readonly List<MuxedFile> _files = [];

    public string Path => path;
    public IReadOnlyList<MuxedFile> Files => _files;

    public string Temporary(string name) => Final(name) + ".part";

    public string Final(string name) => System.IO.Path.Combine(path, name);

    public void Keep(MuxedFile file)
    {
        File.Move(Temporary(file.Name), file.Path, overwrite: true);
        _files.Add(file);
    }

    public void Keep(string name, string purpose, string contentType) => Keep(new MuxedFile(name, Final(name), purpose, contentType));

    public async Task WriteAsync(string name, string purpose, string contentType, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        await File.WriteAllBytesAsync(Temporary(name), content, ct);
        Keep(name, purpose, contentType);
    }
}
