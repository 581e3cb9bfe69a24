[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("AfterSales.Video.Sfu.Tests")]
[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("AfterSales.Video.Benchmarks")]
