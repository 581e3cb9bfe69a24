using AfterSales.Video.Evidence.Custody;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.TestKit.Evidence;

namespace AfterSales.Video.Evidence.Tests.Custody;

public sealed class CustodyChainTests : IDisposable
{
    private readonly SigningKey _key = SigningKey.Create();
    private readonly SampleCustodyLog _log = new();

    public CustodyChainTests()
    {
        for (var i = 0; i < 20; i++)
            _log.Add("viewed", "reviewer", i % 3 == 0 ? "rec-1" : "rec-2", $$"""{"from":{{i}}}""");
    }

    [Fact]
    public void An_untouched_log_is_whole() => Assert.True(Check([.. Stored()]).IsGood);

    [Fact]
    public void A_changed_row_is_found()
    {
        for (var i = 0; i < 20; i++)
        {
            var rows = Stored();
            rows[i] = (rows[i].Entry with { ActorId = "someone-else" }, rows[i].StoredHash);
            Assert.Equal(i, Check(rows).Index);
        }
    }

    [Fact]
    public void A_changed_row_whose_hash_was_made_to_fit_is_found_by_the_next_one_or_the_signed_root()
    {
        for (var i = 0; i < 20; i++)
        {
            var rows = Stored();
            var changed = rows[i].Entry with { Detail = "{}" };
            rows[i] = (changed, changed.Hash());
            var check = Check(rows);
            Assert.False(check.IsGood);
            Assert.True(check.Index == i + 1 || i == 19);
        }
    }

    [Fact]
    public void A_log_rewritten_from_an_entry_on_is_found_by_the_signed_root()
    {
        var forged = new SampleCustodyLog();
        foreach (var entry in _log.Entries)
            forged.Add(entry.Kind, entry.Index == 7 ? "admin" : entry.ActorRole, entry.Subject, entry.Detail);
        var check = CustodyChain.Check(forged.Entries.Select(e => (e, e.Hash())), [Root()]);
        Assert.Contains("not the one that was signed", check.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_removed_row_is_found_where_it_was()
    {
        for (var i = 0; i < 20; i++)
        {
            var rows = Stored();
            rows.RemoveAt(i);
            var check = Check(rows);
            Assert.False(check.IsGood);
            Assert.Equal(i, check.Index);
        }
    }

    [Fact]
    public void Rows_in_another_order_are_found()
    {
        for (var i = 0; i < 19; i++)
        {
            var rows = Stored();
            (rows[i], rows[i + 1]) = (rows[i + 1], rows[i]);
            Assert.Equal(i, Check(rows).Index);
        }
    }

    [Fact]
    public void An_extract_proves_all_entries_about_its_subject()
    {
        var extract = CustodyExtract.Of("t", ["rec-1"], _log.Entries);
        Assert.Equal(7, extract.Entries.Count);
        Assert.True(CustodyExtract.TryParse(extract.ToJson(), out var read, out var problem), problem);
        Assert.True(CustodyChain.Check(read, Root()).IsGood);
    }

    [Fact]
    public void An_extract_with_an_entry_left_out_changed_or_moved_is_refused()
    {
        var extract = CustodyExtract.Of("t", ["rec-1"], _log.Entries);
        for (var i = 0; i < extract.Entries.Count; i++)
        {
            // The last one left out is told by nothing inside; the export list and later roots are for that.
            if (i < extract.Entries.Count - 1)
                Assert.False(CustodyChain.Check(extract with { Entries = Without(extract.Entries, i), Proofs = Without(extract.Proofs, i) }, Root()).IsGood);
            var changed = extract.Entries.ToArray();
            changed[i] = changed[i] with { ActorId = "x" };
            Assert.False(CustodyChain.Check(extract with { Entries = changed }, Root()).IsGood);
        }

        Assert.False(CustodyChain.Check(extract with { Entries = [.. extract.Entries.Reverse()] }, Root()).IsGood);
        Assert.False(CustodyChain.Check(extract with { Proofs = [] }, Root()).IsGood);
        Assert.False(CustodyChain.Check(extract with { TreeSize = 19 }, Root()).IsGood);
    }

    public void Dispose() => _key.Dispose();

    private List<(CustodyEntry Entry, string StoredHash)> Stored() => [.. _log.Entries.Select(e => (e, e.Hash()))];

    private CustodyCheck Check(List<(CustodyEntry, string)> rows) => CustodyChain.Check(rows, [Root()]);

    private CustodyRoot Root()
    {
        var envelope = CustodyChain.SignRoot("t", "2027-01-15", _log.Entries, DateTimeOffset.UnixEpoch, _key);
        Assert.True(SignedDocuments.CustodyRoot.TryRead(envelope, out var root, out var problem), problem);
        return root;
    }

    private static T[] Without<T>(IReadOnlyList<T> items, int index) => [.. items.Where((_, i) => i != index)];
}
